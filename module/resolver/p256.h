/* p256.h: signatures of ECDSA with P-256 (RFC 6605) in answers are verified by OpenSSL in place of nettle.
 *
 * Debian's libunbound verifies with nettle, which takes twice as long for this curve as OpenSSL does, and most signed zones use
 * it: verifying is more than half of what a cold signed question costs. So this program defines the one function that libunbound
 * calls for ECDSA, nettle_ecdsa_verify(), as it would define malloc(): the dynamic linker finds the program's first. What
 * OpenSSL cannot judge, and other curves, go on to nettle. */
#ifndef MODULE_RESOLVER_P256_H
#define MODULE_RESOLVER_P256_H

/* Makes OpenSSL ready without its configuration file, which a confined process cannot read, and verifies a signature for a
 * start. Once in a resolver process, confined or not, before it validates. */
void p256_prepare(void);

#endif
