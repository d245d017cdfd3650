/* tree.js: an assessment as a tree, in the words and the order of `mxward lookup --explain`. Takes a line of the validation log
 * (docs/validation-log.md), or what the lookup with explanation says: the same keys. */
import { el, name, plain } from "./dom.js";
import { sentences } from "./checks.js";

const STATES = {
	unknown: ["warn", "address not known: not asked for, or no answer in time"],
	"no-name": ["bad", "no such name (NXDOMAIN)"],
	"no-address": ["bad", "no address"],
	bogus: ["bad", "bogus: DNSSEC rejects its addresses"],
	failed: ["warn", "no address: the servers of its zone gave no usable answer"],
};

const TLSA = {
	unknown: ["", "TLSA not known: not asked for, or no answer in time"],
	none: ["", "TLSA none"],
	present: ["good", "TLSA secure: DANE protects it (RFC 7672)"],
	bogus: ["bad", "TLSA bogus: senders with DANE do not deliver to it (RFC 7672, 2.1)"],
	insecure: ["", "TLSA insecure: of no use"],
};

const SECURITY = {
	secure: ["good", "DNSSEC secure: ", "signed, and validated"],
	insecure: ["warn", "DNSSEC insecure: ", "not signed, nothing proves that its owner published this"],
};

const CORROBORATION = {
	agreed: ["good", "TCP agrees: the same answer came over TCP"],
	differed: ["bad", "TCP differs: what came over TCP is judged; this, over UDP, is dropped"],
	unavailable: ["warn", "TCP fails: no answer over TCP, so the one over UDP stands alone"],
};

function node(kind, content, ...below) {
	const children = below.flat(Infinity).filter(Boolean);
	return el("li", null, el("div", { class: `node ${kind ?? ""}` }, content), children.length > 0 && el("ul", null, children));
}

function finding(one, saysName) {
	const kind = one.action === "reject" || one.severity === "alert" ? "bad" : one.severity === "warning" ? "warn" : "";
	const sentence = one.sentence ?? sentences[one.check] ?? "";
	const detail = one.check === "bogus" ? "" : plain(one.detail);
	return node(`finding ${kind}`, [
		`${plain(one.severity)}, ${plain(one.action)}: `,
		el("a", { class: "check", href: `#log?check=${encodeURIComponent(one.check)}` }, plain(one.check)),
		saysName && one.host ? [" ", name(one.host)] : null,
		": ", plain(sentence), detail ? ` ${detail}` : "", el("span", { class: "source" }, ` (${plain(one.source)})`),
	]);
}

/* The first exchange that each finding is about; -1: the set as a whole. */
function placeOf(line, one) {
	return one.host === null || one.host === undefined ? -1 : (line.mx ?? []).findIndex((mx) => mx.exchange === one.host);
}

function findings(line, place) {
	const about = (line.findings ?? []).filter((one) => placeOf(line, one) === place).map((one) => finding(one, place < 0));
	const more = line.findings_left_out ?? 0;
	return place < 0 && more > 0 ? [...about, node("", `and ${more} findings more, none of them weightier`)] : about;
}

function date(stamp) {
	return plain(stamp).slice(0, "2026-11-22".length);
}

function dnssec(line) {
	if (line.received === "bogus")
		return node("bad", ["DNSSEC bogus: ", plain(line.reason || "not what its owner signed")]);
	const words = SECURITY[line.received];
	return words && node(words[0], [words[1], words[2]]);
}

function corroboration(line) {
	const words = CORROBORATION[line.corroboration];
	if (!words)
		return null;
	const others = line.corroboration === "differed" ? (line.other ?? []).map((mx) => node("", [`${mx.preference} `, name(mx.exchange)])) : [];
	return node(words[0], words[1], line.corroboration === "differed" && others.length === 0 ? node("", "no MX record") : others);
}

/* What the history knew: dates are UTC, as on a terminal. */
function past(line) {
	const one = line.past;
	if (!one)
		return null;
	if (one.drift !== "none")
		return node(one.drift === "moved" && line.received !== "secure" ? "bad" : "warn",
			`history: before, ${date(one.since)} to ${date(one.ended ?? one.last_seen)}, there was`,
			(one.mx ?? []).map((mx) => node("", [`${mx.preference} `, name(mx.exchange)])));
	if (line.negative || line.null_mx)
		return node("", `history: no exchange since ${date(one.ended)}`);
	return node("good", `history: the same exchanges since ${date(one.since)}`);
}

function absence(line) {
	if (line.null_mx)
		return node("", "null MX: the domain takes no mail (RFC 7505)");
	if (!line.negative || line.verdict === "reject")
		return null;
	return node("", line.rcode === "NXDOMAIN" ? "no such name (NXDOMAIN)" : "no MX record");
}

function host(mx) {
	const [kind, words] = STATES[mx.state] ?? ["", ""];
	const [tlsaKind, tlsa] = TLSA[mx.tlsa] ?? ["", ""];
	const counts = mx.security === "secure" || !["unknown", "insecure"].includes(mx.tlsa);
	return [
		mx.alias_of && node("", ["alias of ", name(mx.alias_of)]),
		words && node(kind, words),
		(mx.addresses ?? []).map((one) => node(one.special ? "warn" : "",
			[el("span", { class: "name" }, plain(one.address)), ` ${plain(mx.security)}${one.special ? `, special: ${plain(one.special)}` : ""}`])),
		counts && tlsa && node(tlsaKind, tlsa),
	];
}

function exchanges(line) {
	return (line.mx ?? []).map((mx, i) => node(`exchange ${mx.stripped ? "bad" : ""}`,
		[el("span", { class: "preference" }, String(mx.preference)), " ",
			mx.exchange === "." ? name(".") : el("a", { href: `#host?mx=${encodeURIComponent(mx.exchange)}` }, name(mx.exchange)),
			mx.owner ? el("span", { class: "source" }, ` (${plain(mx.owner)})`) : null,
			mx.stripped ? " stripped: left out of the answer" : ""],
		mx.exchange !== "." && line.received !== "bogus" ? host(mx) : [], findings(line, i)));
}

function server(line) {
	const one = line.server;
	if (!one)
		return null;
	return node(one.agrees ? "good" : "bad", one.agrees ? "the server agrees" : "the server differs",
		(one.differences ?? []).map((word) => node("bad", plain(word))));
}

function refusal(word, line) {
	return node("end bad", [`${word}: SERVFAIL`,
		line.ede ? `, extended error ${line.ede.code} (${plain(line.ede.name)})` : "", line.reason ? `: ${plain(line.reason)}` : ""]);
}

function end(line) {
	const stripped = (line.mx ?? []).filter((mx) => mx.stripped).length;
	if (line.verdict === "failed")
		return refusal("failed", line);
	if (line.verdict === "reject")
		return refusal("rejected", line);
	if (line.would === "reject" || line.would === "strip")
		return node("end warn", [line.would === "reject" ? "monitored: would have been rejected: " :
			"monitored: records would have been left out: ", plain(line.reason), "; the answer passes as it came"]);
	if (line.verdict === "strip")
		return node("end warn", [`accepted without ${stripped === 0 ? "some records" : `${stripped} record${stripped === 1 ? "" : "s"}`}: `,
			plain(line.reason)]);
	return node("end good", "accepted");
}

export function tree(line) {
	const type = line.question?.type ?? "MX";
	return el("ul", { class: "tree" }, node("root", [name(line.question?.name), ` ${plain(type)}`],
		(line.chain ?? []).map((one, i) => node("", [i > 0 ? "which is an alias of " : "alias of ", name(one)])),
		line.verdict === "failed" || line.received === undefined ? [] :
			[dnssec(line), corroboration(line), past(line), absence(line), exchanges(line), findings(line, -1)],
		server(line), end(line)));
}
