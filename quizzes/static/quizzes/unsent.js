// An answer that was kept while its owner was logged out sends itself.

import { get } from "../examprep/dom.js";

get(document, "#unsent", HTMLFormElement).requestSubmit();
