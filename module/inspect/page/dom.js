/* dom.js: makes elements. Text only ever becomes text: nothing here, nor anywhere else on this page, reads markup from data. */

const SVG = "http://www.w3.org/2000/svg";

/* What must not stand in a line as it is: control characters, what turns the direction of writing, what is invisible, and all
 * that is not ASCII, for one letter may look like another. The server escapes already; this is the second lock. */
const STRANGE = /[^\x20-\x7e]/gu;

/* Text from outside, every strange character as \u{HEX}. */
export function plain(text) {
	return String(text ?? "").replace(STRANGE, (c) => `\\u{${c.codePointAt(0).toString(16).toUpperCase()}}`);
}

function fill(element, properties, children) {
	for (const [name, value] of Object.entries(properties ?? {})) {
		if (value === null || value === undefined || value === false)
			continue;
		if (name === "on")
			for (const [event, run] of Object.entries(value))
				element.addEventListener(event, run);
		else
			element.setAttribute(name, value === true ? "" : String(value));
	}
	for (const child of children.flat(Infinity))
		if (child !== null && child !== undefined && child !== false)
			element.append(child); /* a string becomes a text node */
	return element;
}

/* An element with attributes, listeners ({on: {click: …}}) and children: elements and text. Null and false are left out. */
export function el(tag, properties, ...children) {
	return fill(document.createElement(tag), properties, children);
}

export function svg(tag, properties, ...children) {
	return fill(document.createElementNS(SVG, tag), properties, children);
}

/* Puts children in place of what an element held. */
export function put(element, ...children) {
	element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
	return element;
}

/* The address of a view of this page: "#log?domain=example.org". What is empty is left out. */
export function address(view, parameters = {}) {
	const query = new URLSearchParams();
	for (const [name, value] of Object.entries(parameters))
		if (value !== null && value !== undefined && value !== "")
			query.set(name, String(value));
	const text = query.toString();
	return `#${view}${text ? "?" : ""}${text}`;
}

/* A link to a view. */
export function link(view, parameters, ...children) {
	return el("a", { href: address(view, parameters) }, ...children);
}

/* A name from DNS, set off from the sentence around it whatever it holds; an internationalised one says that it is one. */
export function name(text) {
	const shown = plain(text);
	return el("span", { class: "name" }, el("bdi", { dir: "ltr" }, shown),
		/(^|\.)xn--/i.test(shown) && el("abbr", { class: "idn", title: "internationalised name, in its ASCII form" }, "IDN"));
}

/* Text that only screen readers get. */
export function unseen(text) {
	return el("span", { class: "unseen" }, text);
}

/* Has screen readers say a sentence, once they are done with what they say. */
export function say(sentence) {
	document.getElementById("said").textContent = sentence;
}

/* A table: head is an array of texts, rows are arrays of elements and text; numeric: the columns of numbers. Scrolls by itself where
 * it is too wide; stacked: on a phone each row becomes a block instead. */
export function table(caption, head, rows, numeric = [], stacked = false) {
	const kind = (i) => (numeric.includes(i) ? "number" : null);
	return el("div", { class: stacked ? "scrolls stacked" : "scrolls", tabindex: 0, role: "region", "aria-label": caption },
		el("table", null, el("caption", { class: "unseen" }, caption),
			el("thead", null, el("tr", null, head.map((text, i) => el("th", { scope: "col", class: kind(i) }, text)))),
			el("tbody", null, rows.map((row) => el("tr", null, row.map((cell, i) => el("td", { class: kind(i), "data-head": stacked ? head[i] : null }, stacked ? el("div", null, cell) : cell)))))));
}
