// What scripts of ours find in every page: a library, and the events that they and we dispatch.

import type htmx from "htmx.org";
import type katex from "katex";

interface HtmxEvent<Detail> extends CustomEvent<Detail> {
  readonly target: HTMLElement;
}

declare global {
  interface Window {
    htmx: typeof htmx;
    /** There once it is loaded; pages come with their formulas set. */
    katex?: typeof katex;
  }

  interface DocumentEventMap {
    "htmx:load": CustomEvent<{ elt: Element }>;
    "htmx:beforeRequest": HtmxEvent<object>;
    "htmx:beforeSwap": HtmxEvent<{ xhr: XMLHttpRequest; shouldSwap: boolean }>;
    /** Of what scripts swap there is no request. */
    "htmx:afterSwap": HtmxEvent<{ requestConfig?: { elt: Element } }>;
    "htmx:sendError": HtmxEvent<object>;
    "htmx:responseError": HtmxEvent<{ xhr: XMLHttpRequest }>;
    /** What was read of a lesson could not be told to the service. */
    "reading-unsent": CustomEvent<{ action: string; section: string; state: string }>;
  }

  interface HTMLElementEventMap {
    /** Before a request, which waits for `issueRequest` where the event's default is prevented. */
    "htmx:confirm": CustomEvent<{ elt: Element; triggeringEvent?: Event; issueRequest(isConfirmed: boolean): void }>;
    "htmx:configRequest": CustomEvent<{ parameters: FormData }>;
    /** A match set or an order has changed by what somebody did. */
    answered: Event;
  }
}
