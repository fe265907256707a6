// A form that is sent as soon as the page is there.

import { find } from "./dom.js";

find(document, "form[data-send]", HTMLFormElement)?.submit();
