"""What can be measured of how a page looks and reads: contrast (WCAG 2.2, 1.4.3), width (1.4.10), names of what can be operated
(4.1.2), a visible focus (2.4.7), and that no character from outside is left that could deceive. Each is JavaScript which returns
what is wrong, as sentences."""

# The colour behind a text is that of the nearest ancestors, or, in a picture, of the shape of the same group that it lies on.
CONTRAST = """
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
function rgba(text) {
	canvas.clearRect(0, 0, 1, 1);
	canvas.fillStyle = "#000";
	canvas.fillStyle = text;
	canvas.fillRect(0, 0, 1, 1);
	const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
	return [r, g, b, a / 255];
}
const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
	.reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
function behind(element) {
	const layers = [];
	for (let e = element; e; e = e.parentElement) {
		const shape = e instanceof SVGTextElement ? e.parentElement.querySelector(":scope > rect") : null;
		const inside = shape && shape.getBBox().x <= e.getBBox().x && e.getBBox().x + e.getBBox().width <= shape.getBBox().x + shape.getBBox().width;
		layers.push(rgba(inside ? getComputedStyle(shape).fill : getComputedStyle(e).backgroundColor));
		if (layers.at(-1)[3] === 1)
			break;
	}
	return layers.reverse().reduce((below, top) => over(top, below), rgba(getComputedStyle(document.body).backgroundColor));
}
function opacity(element) {
	let all = 1;
	for (let e = element; e; e = e.parentElement)
		all *= Number(getComputedStyle(e).opacity);
	return all;
}
const wrong = new Set();
let looked = 0;
function look(element, style, text) {
	const ground = behind(element);
	const ink = rgba(element instanceof SVGElement ? style.fill : style.color);
	ink[3] *= opacity(element);
	const size = parseFloat(style.fontSize);
	const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
	const found = ratio(over(ink, ground), ground);
	looked++;
	if (found < (large ? 3 : 4.5))
		wrong.add(`${found.toFixed(2)}: ${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""} "${text.trim().slice(0, 40)}"`);
}
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
	const element = texts.currentNode.parentElement;
	const hidden = !element.checkVisibility({ visibilityProperty: true }) || element.closest(".unseen, title, defs, option, noscript");
	if (texts.currentNode.data.trim() !== "" && !hidden)
		look(element, getComputedStyle(element), texts.currentNode.data);
}
for (const field of document.querySelectorAll("input, select"))
	if (field.checkVisibility() && field.type !== "checkbox")
		look(field, getComputedStyle(field, field.placeholder && !field.value ? "::placeholder" : null), field.placeholder || field.value);
return [looked, [...wrong]];
"""

# What is wider than the window, unless something around it scrolls, or cuts it off with an ellipsis.
WIDTH = """
const room = document.documentElement.clientWidth;
const wrong = [];
if (document.documentElement.scrollWidth > room)
	wrong.push(`the page is ${document.documentElement.scrollWidth} wide in a window of ${room}`);
function clipped(e) {
	for (let above = e.parentElement; above !== document.body; above = above.parentElement)
		if (getComputedStyle(above).overflowX !== "visible")
			return true;
	return false;
}
for (const e of document.querySelectorAll("body *"))
	if (e.checkVisibility() && !e.closest(".unseen, .skip, svg") && e.getBoundingClientRect().right > room + 1 && !clipped(e))
		wrong.push(`${e.tagName}.${e.className} ends at ${e.getBoundingClientRect().right} of ${room}`);
return wrong;
"""

# Who cannot see gets names, headings and landmarks.
NAMES = """
const wrong = [];
const named = (e) => (e.getAttribute("aria-label") || document.getElementById(e.getAttribute("aria-labelledby"))?.textContent ||
	[...(e.labels ?? [])].map((l) => l.textContent).join("") || e.textContent || e.getAttribute("title") || "").trim();
for (const e of document.querySelectorAll("a, button, input, select, summary, [tabindex='0'], [role=img], [role=meter], dialog, nav, form[role]"))
	if (e.checkVisibility() && named(e) === "" && !(e.matches("form[role=search]")))
		wrong.push(`${e.tagName}.${e.className} has no name`);
if (document.querySelectorAll("h1").length !== 1)
	wrong.push("there is not one h1");
for (const part of ["header", "nav", "main", "[role=search]", ".skip", "html[lang]"])
	if (!document.querySelector(part))
		wrong.push(`there is no ${part}`);
const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
for (const id of new Set(ids))
	if (ids.filter((other) => other === id).length > 1)
		wrong.push(`#${id} is there twice`);
for (const e of document.querySelectorAll("img:not([alt])"))
	wrong.push(`${e.src} has no alt`);
const levels = [...document.querySelectorAll("h1, h2, h3, h4")].filter((e) => e.checkVisibility()).map((e) => Number(e.tagName[1]));
levels.forEach((level, i) => { if (i > 0 && level > levels[i - 1] + 1) wrong.push(`a heading of level ${level} follows one of ${levels[i - 1]}`); });
return wrong;
"""

# The element with the focus: that it can be seen, and seen to have it.
FOCUS = """
const e = document.activeElement;
if (e === document.body)
	return null;
const style = getComputedStyle(e);
const box = e.getBoundingClientRect();
const wrong = [];
if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2)
	wrong.push("has no outline");
if (box.width === 0 || box.bottom < 0 || box.right < 0 || box.top > innerHeight || box.left > innerWidth)
	wrong.push("is out of sight");
const what = `${e.tagName.toLowerCase()}#${e.id}.${e.getAttribute("class") ?? ""} "${e.textContent.trim().slice(0, 30)}"`;
return [what, wrong.map((sentence) => `${what} ${sentence}`)];
"""

# Scripts and listeners that are not ours, and characters that act instead of being read.
HARM = r"""
const wrong = [];
if (window.hostile !== undefined)
	wrong.push("a script from a name has run");
for (const e of document.querySelectorAll("script"))
	if (!e.src.startsWith(location.origin) || e.textContent !== "")
		wrong.push("there is a script that is not ours");
for (const e of document.querySelectorAll("*"))
	for (const a of e.attributes)
		if (a.name.startsWith("on") || (a.name !== "value" && /^\s*(javascript|data):/i.test(a.value)))
			wrong.push(`${e.tagName} has ${a.name}="${a.value}"`);
for (const e of document.querySelectorAll("main img, main iframe, main object, main embed, main link, main style, main base, main meta"))
	wrong.push(`there is a ${e.tagName} in the view`);
const acts = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;
const texts = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
while (texts.nextNode())
	if (acts.test(texts.currentNode.data))
		wrong.push(`a character that acts: ${JSON.stringify(texts.currentNode.data.slice(0, 60))}`);
return wrong;
"""
