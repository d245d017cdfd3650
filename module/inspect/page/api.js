/* api.js: asks the inspection process. What goes wrong is an ApiError whose message is a sentence for people. The bearer token,
 * where one is needed, stays in this tab's sessionStorage. */

const BASE = "api/v1/";
const TOKEN = "mxward-token";
const RETRY_FIRST = 1000;
const RETRY_MOST = 30000;
const EVENT_MOST = 1 << 20; /* characters of one event; a server that sends more is not ours */

export class ApiError extends Error {
	constructor(message, status) {
		super(message);
		this.status = status;
	}
}

let askForToken = null; /* what page.js shows when a token is needed: returns a promise that is kept when there is one */
let asking = null;      /* its promise, while it is shown: several requests wait for one token */

export function tokenIsAskedBy(ask) {
	askForToken = ask;
}

export function keepToken(text) {
	sessionStorage.setItem(TOKEN, text);
}

function headers(more) {
	const token = sessionStorage.getItem(TOKEN);
	return { ...(token ? { Authorization: `Bearer ${token}` } : {}), ...more };
}

function gone(error) {
	return error.name === "AbortError" ? error :
		new ApiError("The inspection process does not answer. See whether mxward runs (systemctl status mxward); this page goes on once it does.", 0);
}

async function sentenceOf(response) {
	try {
		const told = (await response.json()).error;
		if (typeof told === "string" && told !== "")
			return told;
	} catch {
		/* no JSON: what follows says as much as is known */
	}
	return `The inspection process answers with status ${response.status}, and no reason.`;
}

/* A response that is no error. Asks for the token and tries again, as often as it is refused. */
async function request(path, signal, more) {
	for (;;) {
		const used = sessionStorage.getItem(TOKEN);
		const response = await fetch(path, { headers: headers(more), signal, cache: "no-store" }).catch((error) => { throw gone(error); });
		if (response.ok)
			return response;
		if (response.status !== 401)
			throw new ApiError(await sentenceOf(response), response.status);
		if (sessionStorage.getItem(TOKEN) === used) {
			asking ??= askForToken(used !== null).finally(() => { asking = null; });
			await asking;
		}
		if (signal?.aborted)
			throw new DOMException("another view is shown", "AbortError");
	}
}

/* What a path of the API says, with what is not empty among the parameters. */
export async function get(path, parameters = {}, signal = undefined) {
	const query = new URLSearchParams();
	for (const [name, value] of Object.entries(parameters))
		if (value !== null && value !== undefined && value !== "")
			query.set(name, String(value));
	const text = query.toString();
	const response = await request(`${BASE}${path}${text ? "?" : ""}${text}`, signal);
	return response.json().catch((error) => { throw gone(error); });
}

/* Takes server-sent events apart (HTML Standard, 9.2): text in, events {type, id, data} out. */
export function eventReader(told) {
	let rest = "";
	let event = { type: "message", id: null, data: [] };

	function line(text) {
		if (text === "") {
			if (event.data.length > 0)
				told({ ...event, data: event.data.join("\n") });
			event = { type: "message", id: event.id, data: [] };
			return;
		}
		const at = text.indexOf(":");
		const field = at < 0 ? text : text.slice(0, at);
		const value = at < 0 ? "" : text.slice(at + 1).replace(/^ /, "");
		if (field === "event")
			event.type = value;
		else if (field === "id")
			event.id = value;
		else if (field === "data")
			event.data.push(value);
	}
	return (text) => {
		const lines = (rest + text).split("\n");
		rest = lines.pop();
		if (rest.length > EVENT_MOST)
			throw new ApiError("The live stream sent a line that has no end.", 0);
		for (const one of lines)
			line(one.replace(/\r$/, ""));
	};
}

function pause(milliseconds, signal) {
	return new Promise((resolve) => {
		const timer = setTimeout(resolve, milliseconds);
		signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
	});
}

/* Follows the validation log until the signal: entry(E) for each new line, state("live" | sentence) when that changes. Comes
 * back by itself where it was. (EventSource cannot send a token.) */
export async function follow(signal, entry, state) {
	let last = null;
	let wait = RETRY_FIRST;

	while (!signal.aborted) {
		try {
			const response = await request(`${BASE}log/stream`, signal, last ? { "Last-Event-ID": last } : {});
			const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
			const feed = eventReader((event) => {
				last = event.id ?? last;
				if (event.type === "entry")
					entry(JSON.parse(event.data));
			});
			state("live");
			wait = RETRY_FIRST;
			for (let part = await reader.read(); !part.done; part = await reader.read())
				feed(part.value);
			state("The stream has ended; asking for it again.");
		} catch (error) {
			if (signal.aborted)
				return;
			state(error instanceof ApiError ? error.message : gone(error).message);
		}
		await pause(wait, signal);
		wait = Math.min(wait * 2, RETRY_MOST);
	}
}
