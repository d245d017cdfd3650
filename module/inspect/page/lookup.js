/* lookup.js: asks the server for one name now, past its caches, and shows how it judges the answer. */
import { get } from "./api.js";
import { el, link, plain, put } from "./dom.js";
import { facts } from "./entry.js";
import { security, took, typed, verdict } from "./words.js";
import { tree } from "./tree.js";

export const title = "Look up";

function result(name, told) {
	return [
		el("p", { class: "actions" }, link("domain", { name }, "Its MX over time"), link("log", { domain: name }, "All its answers")),
		el("div", { class: "halves" },
			el("section", { class: "card", "aria-labelledby": "why-title" }, el("h2", { id: "why-title" }, "Judged now"), tree(told)),
			el("section", { class: "card", "aria-labelledby": "facts-title" }, el("h2", { id: "facts-title" }, "What clients get"),
				facts([["Verdict", verdict(told.verdict)], ["Took", took(told.took_ms)], ["DNSSEC", security(told.security)],
					["Status", plain(told.rcode), told.ede ? `, extended error ${told.ede.code}: ${plain(told.ede.name)}` : ""]]))),
	];
}

/* The assessment, wherever the answer of the control socket has it. */
function assessment(told) {
	return told.question ? told : told.assessment ?? told.explanation ?? told;
}

export function show(body, parameters, { signal, go }) {
	const input = el("input", { id: "lookup-name", type: "text", value: plain(parameters.name ?? ""), placeholder: "example.org", required: true,
		autocomplete: "off", autocapitalize: "none", spellcheck: "false", maxlength: 1024 });
	const out = el("div", { class: "told", "aria-live": "polite" });
	const form = el("form", { class: "card one-field", on: { submit: (event) => {
		event.preventDefault();
		go({ name: typed(input.value) });
	} } }, el("label", { for: "lookup-name" }, "Domain of a mail address"), input, el("button", { type: "submit", class: "primary" }, "Look up"));

	async function ask(wanted) {
		put(out, el("p", { class: "state" }, "Asking the domain's servers, past all caches …"));
		try {
			put(out, result(wanted, assessment(await get("lookup", { name: wanted }, signal))));
		} catch (error) {
			if (!signal.aborted)
				put(out, el("p", { class: "error", role: "alert" }, error.message));
		}
	}
	put(body, form, out);
	if (parameters.name)
		ask(parameters.name);
	else
		put(out, el("p", { class: "empty" }, "The server asks the Internet anew and shows each step of its judgement. Nothing is changed."));
	return undefined;
}
