/* words.js: what the log's words mean, and how numbers and times are written. */
import { el, plain, svg } from "./dom.js";

/* In the order in which they are stacked: what is well below what is not. `shape` is drawn beside the word, so that nobody
 * needs the colour. */
export const VERDICTS = [
	{ key: "accept", means: "passed on", shape: "M3 8.5 6.5 12 13 4.5" },
	{ key: "log", means: "passed on, with findings worth noting", shape: "M8 7v5M8 3.9v.2" },
	{ key: "strip", means: "passed on without some records", shape: "M3 8h10" },
	{ key: "reject", means: "SERVFAIL for what is in the answer", shape: "m4 4 8 8m0-8-8 8" },
	{ key: "failed", means: "SERVFAIL for want of an answer", shape: "M8 3v6M8 12v.2" },
];

const SECURITIES = {
	secure: "signed, and validated",
	insecure: "not signed",
	bogus: "DNSSEC proves that it is not what its owner signed",
};

const numbers = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

export const MINUTE = 60000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/* A verdict, a security or a severity as a word with a mark. */
export function verdict(word) {
	const row = VERDICTS.find((one) => one.key === word);
	return el("span", { class: `badge ${row ? row.key : "other"}`, title: row?.means },
		row && svg("svg", { viewBox: "0 0 16 16", width: 12, height: 12, "aria-hidden": "true" }, svg("path", { d: row.shape })),
		plain(word));
}

export function security(word) {
	return el("span", { class: `security ${word in SECURITIES ? word : "other"}`, title: SECURITIES[word] }, plain(word));
}

export function number(value) {
	return typeof value === "number" ? numbers.format(value) : "–";
}

export function compact(value) {
	return typeof value === "number" ? short.format(value) : "–";
}

export function octets(value) {
	const units = ["octets", "KB", "MB", "GB", "TB"];
	let unit = 0;
	let left = value;
	if (typeof value !== "number")
		return "–";
	for (; left >= 1024 && unit < units.length - 1; unit++)
		left /= 1024;
	return `${numbers.format(left)} ${units[unit]}`;
}

/* "1 answer", "2 answers". */
export function count(value, one, many = `${one}s`) {
	return `${number(value)} ${value === 1 ? one : many}`;
}

export function took(milliseconds) {
	if (typeof milliseconds !== "number")
		return "–";
	return milliseconds < 1000 ? `${number(milliseconds)} ms` : `${number(milliseconds / 1000)} s`;
}

/* How long something lasts, in its two largest units. */
export function span(milliseconds) {
	const units = [["d", DAY], ["h", HOUR], ["min", MINUTE], ["s", 1000]];
	const first = units.findIndex(([, size]) => milliseconds >= size);
	if (first < 0)
		return "0 s";
	let left = milliseconds;
	return units.slice(first, first + 2).map(([unit, size]) => {
		const whole = Math.floor(left / size);
		left -= whole * size;
		return whole > 0 ? `${whole} ${unit}` : "";
	}).filter(Boolean).join(" ");
}

const two = (value) => String(value).padStart(2, "0");

export function date(time) {
	const when = new Date(time);
	return `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}`;
}

export function clock(time, seconds = true) {
	const when = new Date(time);
	return `${two(when.getHours())}:${two(when.getMinutes())}${seconds ? `:${two(when.getSeconds())}` : ""}`;
}

/* A moment, in the time of who looks; in UTC when pointed at. */
export function moment(time, seconds = true) {
	if (typeof time !== "number")
		return el("span", null, "–");
	const when = new Date(time);
	return el("time", { datetime: when.toISOString(), title: `${when.toISOString()} (UTC)` }, `${date(time)} ${clock(time, seconds)}`);
}

/* Where today is plain: without the date. */
export function brief(time) {
	const today = date(time) === date(Date.now());
	const when = new Date(time);
	return el("time", { datetime: when.toISOString(), title: `${when.toISOString()} (UTC)` },
		today ? clock(time) : `${date(time).slice(5)} ${clock(time, false)}`);
}

/* A domain as a person types it, in the form that DNS has: internationalised names in ASCII, lower case, final dot. */
export function typed(text) {
	const given = text.trim().toLowerCase().replace(/^.*@/, "");
	if (given === "" || given.includes("\\"))
		return given;
	const ascii = /[^\x20-\x7e]/.test(given) && URL.canParse(`http://${given}`) ? new URL(`http://${given}`).hostname : given;
	return ascii.endsWith(".") ? ascii : `${ascii}.`;
}

/* What a person typed for a host: an address and a suffix have no final dot. */
export function typedHost(text) {
	const given = text.trim();
	return /^[0-9.]+$|:/.test(given) ? given : typed(given);
}
