// Formulas of the preview, typeset whenever it arrives.

import { typeset } from "../../examprep/math.js";

document.addEventListener("htmx:load", ({ detail }) => typeset(detail.elt));
