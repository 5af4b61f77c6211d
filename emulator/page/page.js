// The emulator's page. It shows the state that /_emulator/events sends, and edits it through the control interface.
// Data from the emulator is inserted as text, never as HTML: names of groups may contain anything.

/**
 * @typedef {import("../events").LiveState} State
 * @typedef {import("../events").Reference} Reference
 * @typedef {import("../account-editor").GroupSnapshot} Group
 */

/** @type {Reference} */
let reference = { defaultOptions: /** @type {Reference["defaultOptions"]} */ ({}), faultKinds: [] };
/** @type {State | undefined} */
let state;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let outcomeTimer;

/* Helpers */

/**
 * The element with this id.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
function byId(id, type) {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`The page has no ${type.name} #${id}.`);
  return element;
}

/**
 * The element in `parent` that a selector finds.
 * @template {HTMLElement} T
 * @param {ParentNode} parent
 * @param {string} selector
 * @param {new () => T} type
 * @returns {T}
 */
function find(parent, selector, type) {
  const element = parent.querySelector(selector);
  if (!(element instanceof type)) throw new Error(`The page has no ${type.name} ${selector}.`);
  return element;
}

/**
 * Writes texts into the elements of `parent` with `data-field`. Texts that are unchanged are not touched.
 * @param {ParentNode} parent
 * @param {Readonly<Record<string, string | number | undefined>>} texts
 */
function fill(parent, texts) {
  for (const [field, value] of Object.entries(texts)) {
    setText(find(parent, `[data-field=${field}]`, HTMLElement), String(value ?? ""));
  }
}

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Updates the children of `list` in place, so that the focus and the selection stay where they are.
 * @template Item
 * @param {HTMLElement} list
 * @param {string} template the id of the template for a new child
 * @param {readonly Item[]} items in an order that does not change
 * @param {(item: Item) => string | number} keyOf
 * @param {(row: HTMLElement, item: Item) => void} update
 */
function renderRows(list, template, items, keyOf, update) {
  const keys = new Set(items.map((item) => String(keyOf(item))));
  /** @type {Map<string, HTMLElement>} */
  const rows = new Map();
  for (const row of [...list.children]) {
    if (!(row instanceof HTMLElement)) continue;
    const key = row.dataset["key"] ?? "";
    if (keys.has(key)) {
      rows.set(key, row);
      continue;
    }
    // The focus would be lost with the row.
    if (row.contains(document.activeElement)) find(closest(list, "section"), "h2", HTMLElement).focus();
    row.remove();
  }
  let next = list.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    let row = rows.get(key);
    if (row === undefined) {
      row = newRow(template);
      row.dataset["key"] = key;
      list.insertBefore(row, next);
    } else next = row.nextElementSibling;
    update(row, item);
  }
}

/** @param {string} template */
function newRow(template) {
  const content = byId(template, HTMLTemplateElement).content.cloneNode(true);
  return find(/** @type {DocumentFragment} */ (content), "*", HTMLElement);
}

/**
 * @param {Element} element
 * @param {string} selector
 */
function closest(element, selector) {
  const found = element.closest(selector);
  if (found === null) throw new Error(`The page has no ${selector} around the element.`);
  return found;
}

/**
 * @param {number} count
 * @param {string} noun
 */
function plural(count, noun) {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * A name inside a sentence. The marks around it keep its writing direction from changing the sentence.
 * @param {string} name
 */
function quote(name) {
  return `“\u2068${name}\u2069”`;
}

/* The live state */

/** @param {State} current */
function render(current) {
  state = current;
  const userId = renderAccounts(current);
  renderGroups(current, userId);
  renderCalls(current);
  renderFaults(current);
  renderOptions(current);
}

/**
 * @param {State} current
 * @returns the selected account
 */
function renderAccounts({ accounts }) {
  const select = byId("account", HTMLSelectElement);
  const userIds = accounts.map(({ userId }) => userId);
  if (JSON.stringify([...select.options].map(({ value }) => value)) !== JSON.stringify(userIds)) {
    select.replaceChildren(...userIds.map((userId) => new Option(userId)));
  }
  byId("account-switch", HTMLElement).hidden = accounts.length < 2;
  document.body.classList.toggle("one-account", accounts.length < 2);
  return select.value;
}

/**
 * @param {State} current
 * @param {string} userId
 */
function renderGroups({ groups, agents }, userId) {
  const own = groups.filter((group) => group.userId === userId);
  const inactive = own.filter(({ status }) => status === 0).length;
  const summary = plural(own.length, "group") + (inactive === 0 ? "" : `, ${inactive.toLocaleString("en")} inactive`);
  setText(byId("groups-summary", HTMLElement), summary);
  byId("no-groups", HTMLElement).hidden = own.length > 0;
  const table = byId("groups-table", HTMLTableElement);
  table.hidden = own.length === 0;
  renderRows(
    find(table, "tbody", HTMLElement),
    "group-row",
    own,
    ({ id }) => id,
    (row, { id, name, status }) => {
      const isActive = status === 1;
      fill(row, { id, name, status: isActive ? "Active" : "Inactive", agents: (agents[id] ?? []).length });
      find(row, "th", HTMLElement).classList.toggle("blank", isBlank(name));
      find(row, "[data-field=status]", HTMLElement).dataset["kind"] = isActive ? "good" : "off";
      for (const button of row.querySelectorAll("button")) {
        if (button.dataset["action"] === "setStatus") setText(button, isActive ? "Deactivate" : "Activate");
        button.setAttribute("aria-label", `${button.textContent} ${name}`);
      }
    },
  );
}

/**
 * Whether a name shows nothing.
 * @param {string} name
 */
function isBlank(name) {
  return /^[\s\p{C}\p{Default_Ignorable_Code_Point}\u2800]*$/u.test(name);
}

/** @param {State} current */
function renderCalls({ calls, recentCalls }) {
  const counts = Object.entries(calls).filter(([, count]) => count > 0);
  const texts = counts.map(([operation, count]) => `${operation} ${count.toLocaleString("en")}`);
  setText(byId("calls-summary", HTMLElement), texts.join(", "));
  byId("no-calls", HTMLElement).hidden = recentCalls.length > 0;
  const table = byId("calls-table", HTMLTableElement);
  closest(table, ".scroll").toggleAttribute("hidden", recentCalls.length === 0);
  renderRows(
    find(table, "tbody", HTMLElement),
    "call-row",
    recentCalls.toReversed(),
    ({ number }) => number,
    (row, { operation, userId, startedAt, code, ms, fault }) => {
      fill(row, {
        time: new Date(startedAt).toLocaleTimeString("en-GB"),
        operation,
        account: userId === "" ? "Authentication failed" : `Account ${userId}`,
        code: code ?? (ms === undefined ? "Running" : "No code"),
        ms: ms?.toLocaleString("en"),
        fault: fault && `Fault ${fault}`,
      });
      const badge = find(row, "[data-field=code]", HTMLElement);
      badge.dataset["kind"] = code === 200 ? "good" : code === undefined && ms === undefined ? "off" : "bad";
    },
  );
}

/** @param {State} current */
function renderFaults({ faults, lateCommits }) {
  setText(byId("late-commits", HTMLElement), lateCommits === 0 ? "" : `${plural(lateCommits, "late commit")} pending`);
  byId("no-faults", HTMLElement).hidden = faults.length > 0;
  byId("clear-faults", HTMLElement).hidden = faults.length === 0;
  // The same fault may be in the list more than once.
  renderRows(
    byId("faults-list", HTMLElement),
    "fault-row",
    faults.map((fault, n) => ({ ...fault, n })),
    ({ n, text }) => `${n} ${text}`,
    (row, { text, seen }) => {
      fill(row, { text, calls: seen === 0 ? "no matching call yet" : `${plural(seen, "matching call")} so far` });
    },
  );
}

/** @param {State} current */
function renderOptions({ options }) {
  const defaults = /** @type {Readonly<Record<string, unknown>>} */ (reference.defaultOptions);
  const all = Object.entries(options).map(([name, value]) => ({ name, value, default: defaults[name] }));
  const changed = all.filter((option) => option.value !== option.default);
  setText(byId("options-summary", HTMLElement), changed.length === 0 ? "" : `${changed.length} changed`);
  byId("no-options", HTMLElement).hidden = changed.length > 0;
  byId("changed-options", HTMLElement).hidden = changed.length === 0;
  for (const [id, list] of /** @type {const} */ ([
    ["changed-options", changed],
    ["all-options", all],
  ])) {
    renderRows(
      find(byId(id, HTMLElement), "tbody", HTMLElement),
      "option-row",
      list,
      ({ name }) => name,
      (row, option) => {
        fill(row, { name: option.name, value: String(option.value), default: String(option.default) });
        row.classList.toggle("changed", option.value !== option.default);
      },
    );
  }
}

/** Shows the kinds of faults, which never change. */
function renderReference() {
  const { faultKinds } = reference;
  byId("fault-examples", HTMLDataListElement).replaceChildren(
    ...faultKinds.map(({ example, meaning }) => new Option(meaning, example)),
  );
  byId("fault-kinds", HTMLElement).replaceChildren(
    ...faultKinds.flatMap(({ syntax, meaning }) => {
      const [term, description, code] = ["dt", "dd", "code"].map((tag) => document.createElement(tag));
      code?.append(syntax);
      term?.append(code ?? "");
      description?.append(meaning);
      return [term ?? "", description ?? ""];
    }),
  );
}

/**
 * @param {string} connection "live" or "lost"
 * @param {string} text
 */
function showConnection(connection, text) {
  const element = byId("connection", HTMLElement);
  element.dataset["state"] = connection;
  setText(element, text);
}

// Each event has the whole state, and the browser connects again by itself.
const events = new EventSource("/_emulator/events");
events.addEventListener("open", () => {
  showConnection("live", "Live");
});
events.addEventListener("error", () => {
  showConnection("lost", "Connection lost. Trying again.");
});
events.addEventListener("reference", ({ data }) => {
  reference = JSON.parse(String(data));
  renderReference();
});
events.addEventListener("state", ({ data }) => {
  render(/** @type {State} */ (JSON.parse(String(data))));
});

/* Actions */

/**
 * Sends a request to the control interface. Throws an error with a reason for the reader.
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 */
async function request(method, path, body) {
  /** @type {RequestInit} */
  const init = { method };
  if (body !== undefined) {
    init.headers = { "Content-Type": "application/json" };
    init.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(`/_emulator/${path}`, init);
  } catch {
    throw new Error("the emulator does not respond. Check that it is still running.");
  }
  const answer = await response.json();
  if (!response.ok) throw new Error(`${String(answer.error).replace(/^body: (id: )?/, "")}. Nothing was changed.`);
  return answer;
}

/**
 * Edits a group.
 * @param {object} edit
 * @returns {Promise<Group>} the group as it is afterwards
 */
async function editGroup(edit) {
  return (await request("POST", "groups", edit)).group;
}

/**
 * Shows what came of an action, which a screen reader reads out.
 * @param {string} text
 * @param {"good" | "bad"} kind
 */
function announce(text, kind) {
  const outcome = byId("outcome", HTMLElement);
  outcome.dataset["kind"] = kind;
  // Removed first, so that the same text is read out again.
  outcome.textContent = "";
  outcome.textContent = text;
  clearTimeout(outcomeTimer);
  if (kind === "good") outcomeTimer = setTimeout(() => (outcome.textContent = ""), 8000);
}

/**
 * Runs an action that returns what it did, and announces that, or why it failed.
 * @param {string} goal for example "create the group"
 * @param {() => Promise<string>} action
 */
async function run(goal, action) {
  try {
    announce(await action(), "good");
  } catch (error) {
    announce(failure(goal, error), "bad");
  }
}

/**
 * @param {string} goal
 * @param {unknown} error
 */
function failure(goal, error) {
  return `Could not ${goal}: ${error instanceof Error ? error.message : String(error)}`;
}

/**
 * @param {string} id of a form
 * @param {(form: HTMLFormElement) => Promise<void>} submit
 */
function onSubmit(id, submit) {
  const form = byId(id, HTMLFormElement);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit(form);
  });
}

/**
 * Prepares a dialog whose form runs an action. An error is shown in the dialog, which stays open.
 * @param {string} id
 * @param {string} goal
 * @param {(group: Group) => Promise<string>} action
 * @returns {(group: Group) => HTMLDialogElement} opens the dialog for a group
 */
function createDialog(id, goal, action) {
  const dialog = byId(id, HTMLDialogElement);
  const error = find(dialog, ".error", HTMLElement);
  /** @type {Group | undefined} */
  let group;
  dialog.addEventListener("close", () => {
    // The browser returns the focus to the button that opened the dialog, unless its group is gone.
    const { activeElement } = document;
    if (activeElement === document.body || dialog.contains(activeElement)) byId("groups-heading", HTMLElement).focus();
  });
  find(dialog, "[data-close]", HTMLButtonElement).addEventListener("click", () => {
    dialog.close();
  });
  find(dialog, "form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    if (group === undefined) return;
    error.textContent = "";
    action(group).then(
      (text) => {
        dialog.close();
        announce(text, "good");
      },
      (/** @type {unknown} */ reason) => {
        error.textContent = failure(goal, reason);
      },
    );
  });
  return (opened) => {
    group = opened;
    error.textContent = "";
    fill(dialog, { name: opened.name });
    dialog.showModal();
    return dialog;
  };
}

const openRename = createDialog("rename-dialog", "rename the group", async ({ userId, id, name }) => {
  const newName = byId("rename-name", HTMLInputElement).value;
  const group = await editGroup({ userId, action: "rename", id, name: newName });
  return `Renamed ${quote(name)} to ${quote(group.name)}.`;
});

const openDelete = createDialog("delete-dialog", "delete the group", async ({ userId, id }) => {
  const { name } = await editGroup({ userId, action: "remove", id });
  return `Deleted ${quote(name)}.`;
});

const openAgents = createDialog("agents-dialog", "assign the agents", async ({ userId, id, name }) => {
  const agents = agentRows()
    .filter((row) => checkbox(row, "assigned").checked)
    .map((row) => ({ id: row.dataset["key"], receivesCalls: checkbox(row, "receivesCalls").checked }));
  await editGroup({ userId, action: "setAgents", id, agents });
  return `${quote(name)} now has ${plural(agents.length, "agent")}.`;
});

/** What the buttons of a group do. */
const groupActions = {
  /** @param {Group} group */
  rename: (group) => {
    openRename(group);
    const input = byId("rename-name", HTMLInputElement);
    input.value = group.name;
    input.select();
  },
  /** @param {Group} group */
  setStatus: ({ userId, id, name, status }) => {
    void run(status === 1 ? "deactivate the group" : "activate the group", async () => {
      await editGroup({ userId, action: "setStatus", id, status: status === 1 ? 0 : 1 });
      return `${status === 1 ? "Deactivated" : "Activated"} ${quote(name)}.`;
    });
  },
  /** @param {Group} group */
  agents: (group) => {
    renderAgents(group);
    openAgents(group);
  },
  /** @param {Group} group */
  delete: (group) => {
    const count = state?.agents[group.id]?.length ?? 0;
    fill(openDelete(group), {
      id: group.id,
      agents:
        count === 0 ? "It has no agents." : `It has ${plural(count, "agent")}, which will no longer get its calls.`,
    });
  },
};

find(byId("groups-table", HTMLElement), "tbody", HTMLElement).addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest("button") : null;
  if (button === null) return;
  const { key } = /** @type {HTMLElement} */ (closest(button, "tr")).dataset;
  const group = state?.groups.find(({ id }) => String(id) === key);
  if (group !== undefined) groupActions[/** @type {keyof typeof groupActions} */ (button.dataset["action"])](group);
});

byId("account", HTMLSelectElement).addEventListener("change", () => {
  if (state !== undefined) render(state);
});

onSubmit("create", async (form) => {
  await run("create the group", async () => {
    const name = byId("create-name", HTMLInputElement).value;
    const group = await editGroup({ userId: byId("account", HTMLSelectElement).value, action: "add", name });
    form.reset();
    return `Created ${quote(group.name)} with id ${group.id}.`;
  });
});

onSubmit("add-fault", async (form) => {
  await run("add the fault", async () => {
    const fault = byId("fault", HTMLInputElement).value;
    await request("POST", "faults", { fault });
    form.reset();
    return `Added the fault ${fault}.`;
  });
});

byId("clear-faults", HTMLButtonElement).addEventListener("click", () => {
  void run("clear the faults", async () => {
    await request("DELETE", "faults");
    // The button is about to disappear.
    byId("fault", HTMLInputElement).focus();
    return "Cleared all faults.";
  });
});

/* The agents of a group */

/** @returns {HTMLElement[]} */
function agentRows() {
  return [...byId("agents-table", HTMLTableElement).querySelectorAll("tbody tr")].filter(
    (row) => row instanceof HTMLElement,
  );
}

/**
 * @param {HTMLElement} row
 * @param {string} name
 */
function checkbox(row, name) {
  return find(row, `[name=${name}]`, HTMLInputElement);
}

/**
 * Shows the agents of the account and those of the group as they are now. The dialog does not follow later changes.
 * @param {Group} group
 */
function renderAgents({ userId, id: groupId }) {
  find(byId("agents-table", HTMLElement), "tbody", HTMLElement).replaceChildren();
  const known = state?.accounts.find((account) => account.userId === userId)?.agents ?? [];
  const assigned = new Map((state?.agents[groupId] ?? []).map(({ id, receivesCalls }) => [id, receivesCalls]));
  for (const { id, name } of known) addAgent(id, name, assigned.has(id), assigned.get(id) ?? true);
  for (const [id, receivesCalls] of assigned) {
    if (!known.some((agent) => agent.id === id)) addAgent(id, undefined, true, receivesCalls);
  }
  byId("agent-id", HTMLInputElement).value = "";
  showAgentsTable();
}

/**
 * @param {string} id
 * @param {string | undefined} name
 * @param {boolean} isAssigned
 * @param {boolean} receivesCalls
 */
function addAgent(id, name, isAssigned, receivesCalls) {
  const row = newRow("agent-row");
  row.dataset["key"] = id;
  fill(row, { id, name });
  const [assigned, receives] = [checkbox(row, "assigned"), checkbox(row, "receivesCalls")];
  assigned.setAttribute("aria-label", `${id} assigned`);
  receives.setAttribute("aria-label", `${id} receives calls`);
  assigned.checked = isAssigned;
  receives.checked = receivesCalls;
  receives.disabled = !isAssigned;
  assigned.addEventListener("change", () => {
    receives.disabled = !assigned.checked;
  });
  find(byId("agents-table", HTMLElement), "tbody", HTMLElement).append(row);
}

function showAgentsTable() {
  closest(byId("agents-table", HTMLElement), ".scroll").toggleAttribute("hidden", agentRows().length === 0);
}

/** Adds the agent in the input to the list, or assigns the one that is there. */
function addTypedAgent() {
  const input = byId("agent-id", HTMLInputElement);
  const id = input.value.trim();
  if (id === "") return;
  const row = agentRows().find((candidate) => candidate.dataset["key"] === id);
  if (row === undefined) addAgent(id, undefined, true, true);
  else if (!checkbox(row, "assigned").checked) checkbox(row, "assigned").click();
  input.value = "";
  showAgentsTable();
}

byId("add-agent", HTMLButtonElement).addEventListener("click", addTypedAgent);
byId("agent-id", HTMLInputElement).addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  // Enter would submit the form.
  event.preventDefault();
  addTypedAgent();
});
