/* host.js: the domains that send their mail to a host, an address, or any host below a suffix. */
import { get } from "./api.js";
import { el, link, name, plain, put, table } from "./dom.js";
import { count, moment, typedHost } from "./words.js";

export const title = "Domains of a host";

/* These names come without their final dot. */
function dotted(text) {
	return text === "." ? text : `${text}.`;
}

export function show(body, parameters, { signal, go }) {
	const input = el("input", { id: "host-mx", type: "text", value: plain(parameters.mx ?? ""), placeholder: "mx1.example.org, 192.0.2.25, *.example.net",
		required: true, autocomplete: "off", autocapitalize: "none", spellcheck: "false", maxlength: 1024 });
	const form = el("form", { class: "card one-field", on: { submit: (event) => { event.preventDefault(); go({ mx: typedHost(input.value) }); } } },
		el("label", { for: "host-mx" }, "Exchange, address, or suffix"), input, el("button", { type: "submit", class: "primary" }, "Show domains"));
	const out = el("div", { class: "told" });
	const state = el("p", { class: "state", role: "status" });
	const rows = el("div");
	const button = el("button", { type: "button", hidden: true, on: { click: () => more() } }, "Show more");
	const found = [];
	let next = null;

	async function more() {
		button.disabled = true;
		try {
			const page = await get("reverse-mx", { mx: parameters.mx, from: next }, signal);
			found.push(...page.result);
			next = page.next ?? null;
			button.hidden = next === null;
			put(state, found.length === 0 ? "No domain is known to send its mail there. The history knows what this server was asked for, since it is switched on." :
				`${next === null ? "" : "The first "}${count(found.length, "domain")}`);
			put(rows, found.length > 0 && table("Domains", ["Domain", "First seen", "Last seen"], found.map((one) => [
				link("domain", { name: dotted(one.name) }, name(dotted(one.name))), moment(one.first_seen * 1000, false), moment(one.last_visit * 1000, false)])));
		} catch (error) {
			if (!signal.aborted)
				put(state, el("span", { class: "error", role: "alert" }, error.message));
		}
		button.disabled = false;
	}
	put(body, form, out);
	if (!parameters.mx) {
		put(out, el("p", { class: "empty" }, "Which domains send their mail to this host? The history answers, from what was asked before. ",
			"Start a suffix with an asterisk: *.example.net"));
		return undefined;
	}
	put(out, el("p", { class: "actions" }, link("log", { host: parameters.mx }, "Answers that name it")),
		el("section", { class: "card" }, el("h2", null, name(parameters.mx)), state, rows, button));
	put(state, "Searching …");
	more();
	return undefined;
}

