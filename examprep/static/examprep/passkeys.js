// Passkeys: what the browser answers is put into the form, and the form is sent.

import { all, find, get } from "./dom.js";

const MISSING = "Your browser cannot use passkeys at this address.";
const REFUSED = "That did not work: no passkey was used. Try again, or use another way.";

if (window.PublicKeyCredential && "parseRequestOptionsFromJSON" in PublicKeyCredential) {
  for (const note of all(document, "[data-no-passkeys]")) note.hidden = true;
  for (const form of all(document, "form[data-passkey]", HTMLFormElement)) {
    const button = get(form, "button", HTMLButtonElement);
    button.hidden = false;
    button.addEventListener("click", () => send(form));
  }
}

/**
 * Ask the browser for a passkey, and send it.
 *
 * @param {HTMLFormElement} form
 */
async function send(form) {
  const error = get(form, ".errors");
  error.textContent = "";
  try {
    const credential = await ask(await readOptions(form));
    get(form, "[name=credential]", HTMLInputElement).value = JSON.stringify(credential.toJSON());
    form.submit();
  } catch (problem) {
    error.textContent = problem instanceof DOMException && problem.name === "SecurityError" ? MISSING : REFUSED;
  }
}

/**
 * What the server asks for: in the page, or at the address of the form.
 *
 * @param {HTMLFormElement} form
 * @returns {Promise<{creation_options?: {publicKey: any}, request_options?: {publicKey: any}}>}
 */
async function readOptions(form) {
  const inPage = find(document, "#passkey-options", HTMLScriptElement);
  if (inPage) return JSON.parse(inPage.textContent ?? "");
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

/**
 * @param {{creation_options?: {publicKey: any}, request_options?: {publicKey: any}}} options
 * @returns {Promise<PublicKeyCredential>}
 */
async function ask({ creation_options, request_options }) {
  const credential = creation_options
    ? await navigator.credentials.create({ publicKey: forPasskey(creation_options.publicKey) })
    : await navigator.credentials.get({
        publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(request_options?.publicKey),
      });
  if (!(credential instanceof PublicKeyCredential)) throw new Error("The browser gave no passkey");
  return credential;
}

/**
 * The same options, for a key that is a login by itself.
 *
 * @param {any} options
 */
function forPasskey(options) {
  const selection = { residentKey: "required", requireResidentKey: true, userVerification: "required" };
  return PublicKeyCredential.parseCreationOptionsFromJSON({
    ...options,
    authenticatorSelection: { ...options.authenticatorSelection, ...selection },
  });
}
