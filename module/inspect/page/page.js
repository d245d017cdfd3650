/* page.js: shows the view that the address names. A view is a module that exports `title` and `show(main, parameters, context)`;
 * context.signal ends when another view is shown, and what show() returns is kept for when the back button comes here again. */
import { ApiError, get, keepToken, tokenIsAskedBy } from "./api.js";
import { address, el, put, say } from "./dom.js";
import * as alerts from "./alerts.js";
import * as domain from "./domain.js";
import * as entry from "./entry.js";
import * as health from "./health.js";
import * as host from "./host.js";
import * as log from "./log.js";
import * as lookup from "./lookup.js";
import * as now from "./now.js";

const views = { now, log, entry, domain, host, lookup, alerts, health };
const SERVER_EVERY = 30000;
const REMEMBERED = 20; /* views whose state is kept */

const main = document.getElementById("main");
const nav = document.getElementById("views");
const menu = document.getElementById("menu");
const remembered = new Map(); /* key in history.state -> {view, state(), scroll} */
let shown = null;             /* {key, stop, state} */
let keys = Date.now();

/* "#log?domain=example.org" → the view's name and its parameters. */
function parse(hash) {
	const [view, query] = hash.replace(/^#/, "").split(/\?(.*)/s);
	return { view: Object.hasOwn(views, view) ? view : "now", parameters: Object.fromEntries(new URLSearchParams(query ?? "")) };
}

function mark(view) {
	for (const link of nav.querySelectorAll("a")) {
		const current = link.hash === `#${view}` || (view === "entry" && link.hash === "#log");
		if (current)
			link.setAttribute("aria-current", "page");
		else
			link.removeAttribute("aria-current");
	}
}

function closeMenu() {
	nav.classList.remove("open");
	menu.setAttribute("aria-expanded", "false");
}

function remember() {
	if (shown === null)
		return;
	remembered.set(shown.key, { state: shown.state?.(), scroll: window.scrollY });
	if (remembered.size > REMEMBERED)
		remembered.delete(remembered.keys().next().value);
}

function leave() {
	shown?.stop.abort();
	shown = null;
}

/* Shows what the address says. first: the page has just been loaded, so the focus stays where it is. */
function show(first) {
	const { view, parameters } = parse(location.hash);
	const stop = new AbortController();
	const before = history.state?.key !== undefined ? remembered.get(history.state.key) : undefined;

	leave();
	if (history.state?.key === undefined)
		history.replaceState({ key: ++keys }, "");
	const title = el("h1", { tabindex: -1 }, views[view].title);
	const body = el("div", { class: `view ${view}` });
	put(main, title, body);
	document.title = `${views[view].title} – mxward`;
	mark(view);
	closeMenu();
	shown = { key: history.state.key, stop };
	shown.state = views[view].show(body, parameters, {
		signal: stop.signal,
		heading: title,
		before: before?.state,
		go: (more, elsewhere = view) => go(address(elsewhere, more)),
	});
	window.scrollTo(0, before?.scroll ?? 0);
	if (!first)
		title.focus({ preventScroll: true });
}

/* Shows what an address names; once more, where it is shown already. */
function go(to) {
	if (to !== location.hash) {
		location.hash = to;
		return;
	}
	remembered.delete(history.state?.key);
	show(true);
}

/* ---- what is there in every view ---- */

tokenIsAskedBy((refused) => new Promise((resolve) => {
	const dialog = document.getElementById("token");
	const form = document.getElementById("token-form");
	const text = document.getElementById("token-text");

	document.getElementById("token-error").textContent =
		refused ? "That token is not the right one. It is the text in the file that inspection.token-file names." : "";
	text.value = "";
	form.onsubmit = (event) => {
		event.preventDefault();
		keepToken(text.value.trim());
		dialog.close();
		resolve();
	};
	dialog.oncancel = (event) => event.preventDefault(); /* there is nothing to see without it */
	dialog.showModal();
}));

async function askServer() {
	const line = document.getElementById("server");
	const badge = document.getElementById("open-alerts");
	try {
		const status = await get("status");
		put(line, el("span", { class: "dot good", "aria-hidden": "true" }), `Server is up, ${status.version ?? ""}`);
	} catch (error) {
		const told = error instanceof ApiError && error.status !== 0;
		put(line, el("span", { class: "dot bad", "aria-hidden": "true" }), told ? "Server is down" : "No connection");
	}
	const alert = await get("alerts").catch(() => null);
	const open = alert?.open?.length ?? 0;
	badge.hidden = open === 0;
	put(badge, String(open), el("span", { class: "unseen" }, " open"));
}

menu.addEventListener("click", () => {
	const open = nav.classList.toggle("open");
	menu.setAttribute("aria-expanded", String(open));
});

document.addEventListener("keydown", (event) => {
	if (event.key === "Escape" && nav.classList.contains("open")) {
		closeMenu();
		menu.focus();
	}
	if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest("input, select, textarea, dialog")) {
		event.preventDefault();
		document.getElementById("quick").focus();
	}
});

document.getElementById("skip").addEventListener("click", (event) => {
	event.preventDefault(); /* the address names the view */
	main.focus();
});

document.getElementById("search").addEventListener("submit", (event) => {
	const field = document.getElementById("quick");

	event.preventDefault();
	const text = field.value.trim();
	field.value = "";
	go(address("log", { q: text }));
	if (text === "")
		say("All of the log is shown.");
});

history.scrollRestoration = "manual";
window.addEventListener("popstate", () => {
	remember();
	show(false);
});
show(true);
askServer();
setInterval(askServer, SERVER_EVERY);
