/* entry.js: one line of the validation log: why, as a tree; the facts; the line as it is in the file. */
import { get } from "./api.js";
import { el, link, name, plain, put } from "./dom.js";
import { moment, security, took, verdict } from "./words.js";
import { tree } from "./tree.js";

export const title = "One answer";

export function facts(rows) {
	return el("dl", { class: "facts" }, rows.filter(Boolean).map(([term, ...what]) => el("div", null, el("dt", null, term), el("dd", null, ...what))));
}

/* Two spaces a level, and every character that is not plain as an escape, which JSON has already. */
function pretty(line) {
	return JSON.stringify(line, null, 2).split("\n").map(plain).join("\n");
}

function client(one) {
	if (!one)
		return ["nobody: it was refreshed"];
	const others = one.count > 1 ? `, and ${one.count - 1} more who waited for it` : "";
	return [link("log", { client: one.address }, plain(one.address)), ` port ${one.port}, ${plain(one.transport)}${others}`];
}

function details(entry, line) {
	return facts([
		["Verdict", verdict(entry.verdict), entry.would ? ` would have been: ${plain(entry.would)}` : ""],
		["When", moment(entry.time)],
		["Client", ...client(entry.client)],
		["Took", took(entry.took_ms)],
		["DNSSEC", security(entry.security), line.received && line.received !== entry.security ? ` (${plain(line.received)} when it came)` : ""],
		["Status", plain(entry.rcode), entry.ede ? `, extended error ${entry.ede.code}: ${plain(entry.ede.name)}` : ""],
		entry.stale && ["Stale", "An answer that had ended was given, for want of better"],
		line.corroboration && ["Over TCP", plain(line.corroboration)],
		entry.reason && ["Reason", plain(entry.reason)],
	]);
}

export function show(body, parameters, { signal, heading }) {
	if (!/^[0-9]+$/.test(parameters.id ?? "")) {
		put(body, el("p", { class: "error", role: "alert" }, "This address names no answer. ", link("log", {}, "Search the log"), " for it."));
		return undefined;
	}
	put(body, el("p", { class: "state", role: "status" }, "Reading …"));
	get(`log/${parameters.id}`, {}, signal).then(({ entry, line, file, offset }) => {
		const domain = entry.domain;
		put(heading, name(domain), ` ${plain(entry.type)}`);
		put(body,
			el("p", { class: "actions" },
				link("lookup", { name: domain }, "Look it up now"),
				link("domain", { name: domain }, "Its MX over time"),
				link("log", { domain }, "All its answers")),
			el("div", { class: "halves" },
				el("section", { class: "card", "aria-labelledby": "why-title" }, el("h2", { id: "why-title" }, "Why"), tree(line)),
				el("section", { class: "card", "aria-labelledby": "facts-title" }, el("h2", { id: "facts-title" }, "What was answered"), details(entry, line))),
			el("details", { class: "card" }, el("summary", null, "The line as it is in the log"),
				el("p", { class: "quiet-text" }, `Number ${line.seq}, in ${plain(file)} from octet ${offset} on. `,
					"mxward log verify proves that nobody changed it."),
				el("pre", { tabindex: 0, "aria-label": "The line" }, pretty(line))));
	}).catch((error) => {
		if (!signal.aborted)
			put(body, el("p", { class: "error", role: "alert" }, error.message));
	});
	return undefined;
}
