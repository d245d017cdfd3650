/* list.js: a list of any length of which only what can be seen is in the document. Rows have one height each, so where a row is
 * follows from its number. One row is a stop of the Tab key; arrows, Page Up and Down, Home and End move between rows. */
import { el } from "./dom.js";

const MARGIN = 8; /* rows above and below what can be seen */

export class List {
	/* label: what the list is, for screen readers; make(item) → the link of a row; more(): the end comes near. */
	constructor({ label, make, more, signal }) {
		this.items = [];
		this.make = make;
		this.more = more;
		this.whole = false; /* there is nothing behind the last item */
		this.active = 0;
		this.rows = new Map();
		this.element = el("ol", { class: "rows", "aria-label": label, on: { keydown: (event) => this.key(event), focusin: (event) => this.focused(event) } });
		const update = () => this.update();
		window.addEventListener("scroll", update, { passive: true, signal });
		window.addEventListener("resize", () => this.layout(), { passive: true, signal });
	}

	set(items, whole) {
		this.items = items;
		this.whole = whole;
		this.active = Math.min(this.active, Math.max(0, items.length - 1));
		this.layout();
	}

	append(items, whole) {
		this.items = this.items.concat(items);
		this.whole = whole;
		this.layout(false);
	}

	/* Heights come from the style sheet, where phones and large type get others. */
	layout(anew = true) {
		this.height = parseFloat(getComputedStyle(this.element).getPropertyValue("--row")) * parseFloat(getComputedStyle(document.documentElement).fontSize);
		this.element.style.height = `${this.height * this.items.length}px`;
		if (anew) {
			this.rows.clear();
			this.element.replaceChildren();
		}
		this.update();
	}

	visible() {
		const top = -this.element.getBoundingClientRect().top;
		const first = Math.floor(top / this.height);
		return { first, last: Math.floor((top + window.innerHeight) / this.height) };
	}

	update() {
		if (!this.element.isConnected || this.items.length === 0)
			return;
		const seen = this.visible();
		const from = Math.max(0, seen.first - MARGIN);
		const to = Math.min(this.items.length - 1, seen.last + MARGIN);
		for (const [i, row] of this.rows)
			if ((i < from || i > to) && !row.contains(document.activeElement))
				this.drop(i, row);
		for (let i = from; i <= to; i++)
			if (!this.rows.has(i))
				this.add(i);
		this.stop(seen);
		if (!this.whole && to > this.items.length - 2 * MARGIN)
			this.more();
	}

	drop(i, row) {
		row.remove();
		this.rows.delete(i);
	}

	add(i) {
		const link = this.make(this.items[i]);
		const row = el("li", { "aria-posinset": i + 1, "aria-setsize": this.whole ? this.items.length : -1 }, link);
		row.style.top = `${i * this.height}px`;
		row.dataset.at = i;
		link.tabIndex = -1;
		this.rows.set(i, row);
		const behind = [...this.element.children].find((other) => Number(other.dataset.at) > i);
		this.element.insertBefore(row, behind ?? null); /* in the order of reading */
	}

	/* The one row that Tab reaches: the last one that had the focus, or the first that can be seen. */
	stop({ first, last }) {
		const at = this.rows.has(this.active) && this.active >= first && this.active <= last ? this.active :
			Math.min(this.items.length - 1, Math.max(0, first + 1));
		for (const [i, row] of this.rows)
			row.firstChild.tabIndex = i === at || row.contains(document.activeElement) ? 0 : -1;
	}

	focused(event) {
		this.active = Number(event.target.closest("li").dataset.at);
	}

	key(event) {
		const last = this.items.length - 1;
		const page = Math.max(1, Math.floor(window.innerHeight / this.height) - 2);
		const to = { ArrowDown: this.active + 1, ArrowUp: this.active - 1, PageDown: this.active + page, PageUp: this.active - page,
			Home: 0, End: last }[event.key];
		if (to === undefined || event.ctrlKey || event.altKey || event.metaKey)
			return;
		event.preventDefault();
		this.go(Math.max(0, Math.min(last, to)));
	}

	go(i) {
		const top = this.element.getBoundingClientRect().top + window.scrollY + i * this.height;
		const low = window.scrollY + window.innerHeight - 2 * this.height;
		const head = 3 * this.height; /* what stays at the top of the window hides nothing */
		if (top < window.scrollY + head)
			window.scrollTo(0, top - head);
		else if (top > low)
			window.scrollTo(0, top - window.innerHeight + 2 * this.height);
		this.active = i;
		this.update();
		this.rows.get(i)?.firstChild.focus({ preventScroll: true });
	}
}
