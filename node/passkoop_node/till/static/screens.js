// An answer as a screen, while the node is away: its pages and sentences, filled in here.

const DAY = 86_400;
const HERE = "/caisse/r/0000000000000000"; // stands for an answer's address
const DATELESS = ["expired", "not_yet_valid", "revoked"];
const parse = (html) => new DOMParser().parseFromString(html, "text/html");
const filled = (text, facts = {}) =>
  text.replace(/%(?:\((\w+)\)s|%)/g, (place, name) => (name ? (facts[name] ?? "") : "%"));

/** Pages and sentences for one till, at one moment. */
export class Screens {
  constructor({ words, state, lists }, at) {
    Object.assign(this, { ...words, state, lists, at });
  }

  ready(recent, said) {
    const page = this.#page("ready");
    const told = page.querySelector("#dit");
    told.hidden = !said;
    told.querySelector("p").textContent = said ? this.says[said] : "";
    page.querySelector("#dernieres").replaceChildren(...recent.map((one) => {
      const line = page.createElement("li"), hour = page.createElement("span"), link = page.createElement("a");
      line.className = "near";
      hour.className = "dim";
      hour.textContent = this.hour(one.at);
      link.href = `/caisse/r/${one.line}`;
      link.textContent = one.name || this.says.facts.without;
      link.translate = !one.name;
      line.append(hour, link);
      return line;
    }));
    return page;
  }

  waiting() {
    return this.#page("waiting");
  }

  without(offer) {
    const page = this.#page("without");
    page.querySelector("p.big").textContent = offer.needs.length ? this.says.write_down : this.#offer(offer);
    if (offer.needs.length) {
      page.querySelector(".field").remove();
      page.querySelector(".main").textContent = this.says.buttons.anyway;
    }
    return page;
  }

  anyway(one, wrong) {
    const page = this.#page("anyway", one.line);
    const name = page.querySelector("p.big");
    if (one.name) name.textContent = one.name;
    else name.remove();
    if (wrong) this.#wrong(page.querySelector("#raison"), this.says.empty);
    return page;
  }

  answer(one, { amounts, wrong, typed }) {
    const page = this.#page(this.tables.zones[one.outcome], one.line);
    const isNoted = one.state === "noted";
    const title = page.querySelector("h1");
    page.title = page.title.replace("…", this.#word(one));
    title.querySelector(".word").textContent = one.name ? this.#word(one) : "";
    let name = title.querySelector(".name");
    const veil = page.querySelector(".veil");
    if (veil && one.holder && one.name) {
      name.remove();
      name = veil.querySelector(".name");
    } else if (veil) {
      page.querySelector("#demandez").remove();
      veil.remove();
    }
    name.textContent = one.name || this.#word(one);
    name.translate = !one.name;
    const [lines] = page.querySelectorAll("p.big");
    const facts = this.#facts(one);
    if (facts.length) lines.replaceChildren(...facts.flatMap((fact, i) => (i ? [page.createElement("br"), fact] : [fact])));
    else lines.remove();
    page.querySelector(".say:not(#demandez)").textContent = this.#say(one, isNoted);
    const noted = page.querySelector("#notee");
    if (isNoted) noted.lastChild.data = filled(noted.lastChild.data, { hour: this.hour(one.at) });
    else noted.remove();
    const amount = page.querySelector("[data-amount]");
    if (!isNoted || !amounts) amount.remove();
    else if (wrong) this.#wrong(amount.querySelector("#montant"), this.says.amount, typed);
    const acts = page.querySelector(".acts");
    const buttons = this.#buttons(one, isNoted).map(([act, says], i) => {
      const button = acts.querySelector(`[data-act=${act}]`);
      button.textContent = this.says.buttons[says];
      button.classList.toggle("main", i === 0);
      return button;
    });
    acts.replaceChildren(...buttons);
    return page;
  }

  hour(at) {
    const clock = new Date((at + this.state.zone) * 1000);
    if (!this.language.startsWith("fr")) {
      return clock.toLocaleTimeString(this.language, { timeStyle: "short", timeZone: "UTC" });
    }
    return `${clock.getUTCHours()}\u00a0h\u00a0${String(clock.getUTCMinutes()).padStart(2, "0")}`;
  }

  /** « 14 mai 2028, 10 h 42 » */
  moment(at) {
    return `${this.#day(Math.floor((at + this.state.zone) / DAY))}, ${this.hour(at)}`;
  }

  #page(name, line) {
    const page = parse(line ? this.pages[name].replaceAll(HERE, `/caisse/r/${line}`) : this.pages[name]);
    page.querySelector("#listes").textContent = this.#strip();
    return page;
  }

  #strip() {
    const { none, by_days } = this.says.strip, { from } = this.lists;
    if (from === null) return none;
    const day = (at) => Math.floor((at + this.state.zone) / DAY);
    const days = Math.max(0, day(this.at) - day(from));
    return filled(by_days[Math.min(days, 2)], { hour: this.hour(from), day: this.#day(day(from)) });
  }

  #day(number) {
    const style = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };
    const text = new Date(number * DAY * 1000).toLocaleDateString(this.language, style);
    return this.language.startsWith("fr") ? text.replace(/^1 /, "1er ").replace(" ", "\u00a0") : text;
  }

  #word({ codes: [code], holder, outcome }) {
    return (!holder && this.says.words_without[code]) || this.says.words[outcome];
  }

  #facts(one) {
    const { facts } = this.says, { holder, codes } = one;
    if (!holder) return one.noCard ? [facts.without] : [];
    const isTrial = one.own && holder.category === 2;
    const home = isTrial ? facts.trial : one.own ? facts.own : filled(facts.coop, { coop: one.coopName, place: one.place });
    if (codes.some((code) => DATELESS.includes(code))) return [home];
    // A card expires at noon UTC after its last day.
    return [home, filled(facts.until, { day: this.#day(Math.floor(holder.exp / DAY) - 1) })];
  }

  #say(one, isNoted) {
    const { says, tables } = this, { offer } = one;
    if (isNoted && one.outcome === 2) return says.noted_anyway;
    const said = this.#first(one);
    if (one.noCard) return said;
    if (one.outcome === 2 && offer && tables.outcomes[offer.code] !== 2) {
      const instead = this.#offer(offer);
      return `${said} ${filled(says.instead, { offer: instead[0].toLowerCase() + instead.slice(1) })}`;
    }
    return one.outcome === 3 ? `${says.unproven} ${said}` : said;
  }

  #first({ codes: [code], holder, offer, own, isBadge, earlier, owing }) {
    const { says } = this;
    if (code?.startsWith("dues_")) return filled(says[code], { day: owing && this.#day(owing[1]) });
    if (isBadge) return says.badge;
    if (code === "already_today" && earlier) return filled(says.already_today, { hour: this.hour(earlier) });
    if (code in says.reasons) {
      const day = (at) => this.#day(Math.floor((at + this.state.zone) / DAY));
      const days = holder && { at: day(holder.exp), from: day(holder.iat), listed: holder.directoryAt && day(holder.directoryAt) };
      return filled(says.reasons[code], days);
    }
    if (code && offer) return this.#offer({ ...offer, code });
    return own ? says.own : says.welcome;
  }

  #offer({ code, kind, used, left, lastDay, needs }) {
    const name = `${code}/${code.startsWith("trial") ? kind : 1}/${Number(needs.length > 0 || code === "trial_first")}`;
    const [one, many] = this.says.offers[name] ?? this.says.offers[`${code}/${kind}/0`];
    const count = code === "trial_over" ? used : left;
    const isOne = this.language.startsWith("fr") ? count < 2 : count === 1;
    const facts = { used, next: used + 1, num: left, all: used + left };
    return filled(isOne ? one : many, { ...facts, day: lastDay && this.#day(lastDay) });
  }

  #buttons(one, isNoted) {
    const { outcome, codes: [code], offer } = one;
    if (isNoted) return [["suivant", "next"], ["annuler", "cancel"]];
    const [notToday, anyway, without] = [["pas-aujourd-hui", "not_today"], ["quand-meme", "anyway"], ["sans-carte", "without"]];
    if (outcome < 2) return [offer?.needs.length ? ["sans-carte", "write_down"] : ["accueillir", "welcome"], notToday];
    if (outcome === 3) {
      const update = ["unknown_issuer", "newer_format"].includes(code) ? [["mettre-a-jour", "update"]] : [];
      return [...update, ["repasser", "again"], without, anyway];
    }
    const may = !one.noCard && offer && this.tables.outcomes[offer.code] !== 2;
    return [...(may ? [["essai", offer.kind === 1 ? "word" : "trial"]] : []), notToday, anyway];
  }

  #wrong(input, says, typed = "") {
    const fault = Object.assign(input.ownerDocument.createElement("p"), { className: "fault", id: `${input.id}-faute`, textContent: says });
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", fault.id);
    input.setAttribute("value", typed);
    input.closest(".field").classList.add("wrong");
    input.after(fault);
  }
}
