/* hostname.c: see hostname.h. */
#include "validator/hostname.h"

#include "validator/name.h"

#include <string.h>

static bool is_digit(uint8_t octet)
{
	return octet >= '0' && octet <= '9';
}

static bool is_letter(uint8_t octet)
{
	return octet >= 'a' && octet <= 'z';
}

static bool is_of_host(uint8_t octet)
{
	return is_letter(octet) || is_digit(octet) || octet == '-' || octet == '_';
}

int hostname_fault(const name_t *name)
{
	for (const uint8_t *label = name->octets; label[0] != 0; label += 1 + label[0])
		for (unsigned i = 1; i <= label[0]; i++)
			if (!is_of_host(label[i]))
				return label[i];
	return -1;
}

static bool all_digits(const uint8_t *label)
{
	for (unsigned i = 1; i <= label[0]; i++)
		if (!is_digit(label[i]))
			return false;
	return true;
}

static const uint8_t *last_label(const name_t *name)
{
	const uint8_t *label = name->octets;

	while (label[0] != 0 && label[1 + label[0]] != 0)
		label += 1 + label[0];
	return label;
}

static bool is_below(const name_t *name, const char *text)
{
	name_t ancestor;

	return name_from_text(text, &ancestor) && name_is_under(name, &ancestor);
}

hostname_t hostname_kind(const name_t *name)
{
	if (name->size == 1 || hostname_fault(name) >= 0)
		return HOSTNAME_NONE;
	if (all_digits(last_label(name)))
		return HOSTNAME_ADDRESS;
	if (is_below(name, "localhost"))
		return HOSTNAME_LOCALHOST;
	return memchr(name->octets, '_', name->size) != NULL ? HOSTNAME_UNDERSCORE : HOSTNAME_ORDINARY;
}

bool hostname_is_special(const name_t *name)
{
	/* https://www.iana.org/assignments/special-use-domain-names, those that mail might name; "internal" is ICANN's. */
	static const char *const special[] = { "alt",   "example",   "home.arpa", "internal", "invalid",
					       "local", "localhost", "onion",     "test" };

	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if (is_below(name, special[i]))
			return true;
	return name_labels(name) < 2;
}
