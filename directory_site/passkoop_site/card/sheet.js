// The visitors' sheet bears the name of the co-op that this device stands in.

import { Shelf } from "./shelf.js";
import { install, speak } from "./speech.js";

await speak();
install();
const chosen = await new Shelf("passkoop-ma-coop").json("/v/ma-coop-choisie");
document.querySelector("#nom").textContent = chosen?.name ?? "";
const button = document.querySelector("#imprimer");
button.hidden = false;
button.addEventListener("click", () => print());
