// Booking pages of TimeTuna on another website: links [data-timetuna] to them become frames. docs/embedding.md says how.
(() => {
  const script = document.currentScript;
  if (window.TimeTuna || !script) return;
  const ours = new URL(script.src).origin;
  const told = ["ready", "duration_selected", "time_selected", "form_started", "booked", "moved", "cancelled"];
  const calendly = { ready: "event_type_viewed", time_selected: "date_and_time_selected", booked: "event_scheduled" };
  const frames = new Map(); // by iframe: what it is of
  const seen = new WeakMap(); // by link: what it said when it was looked at
  const listeners = {};

  // Not as an attribute: the website's policy may forbid those.
  const make = (name, style, properties) => {
    const element = Object.assign(document.createElement(name), properties);
    Object.assign(element.style, style);
    return element;
  };

  const emit = (name, data, { link, options }) => {
    const target = link?.isConnected ? link : document;
    target.dispatchEvent(new CustomEvent(`timetuna:${name}`, { bubbles: true, detail: data }));
    listeners[name]?.forEach((listen) => listen(data, link));
    const { emit: emits = "" } = options;
    if (emits.includes("datalayer")) (window.dataLayer ??= []).push({ event: `timetuna.${name}`, timetuna: data });
    if (emits.includes("calendly") && calendly[name]) {
      const uri = { uri: `${ours}/bookings#${data.id}` };
      const payload = data.id ? { event: uri, invitee: uri } : {};
      postMessage({ event: `calendly.${calendly[name]}`, payload }, location.origin);
    }
  };

  const remove = (iframe) => {
    const state = frames.get(iframe);
    if (!frames.delete(iframe)) return;
    const { dialog, link, shown } = state;
    if (dialog?.open) dialog.close();
    (dialog ?? iframe).remove();
    if (shown !== undefined) link.style.display = shown;
    return state;
  };

  // The address as a frame asks for it; nothing where it is not ours.
  const frame = (href, options, link) => {
    const url = new URL(href, location);
    if (url.origin !== ours) return;
    const give = (name, value) => value && !url.searchParams.has(name) && url.searchParams.set(name, value);
    give("embed", "1");
    give("zone", Intl.DateTimeFormat().resolvedOptions().timeZone);
    for (const name of ["theme", "accent", "bg", "hide", "lang", "layout"]) give(name, options[name]?.replace("#", ""));
    if (options.utm !== "off")
      for (const [name, value] of new URLSearchParams(location.search)) if (name.startsWith("utm_")) give(name, value);
    const { theme } = options;
    const iframe = make(
      "iframe",
      { display: "block", width: "100%", height: "640px", border: "0", colorScheme: theme === "auto" || !theme ? "normal" : theme },
      {
        title: options.title || link?.textContent.trim() || "TimeTuna",
        allow: "clipboard-write",
        referrerPolicy: "strict-origin-when-cross-origin",
        src: url,
      },
    );
    const state = { id: crypto.getRandomValues(new Uint32Array(4)).join("-"), href, link, options };
    frames.set(iframe, state);
    // What does not speak cannot be shown in a frame: then it is a link again, or followed.
    iframe.onload = () => {
      if (!state.heard)
        setTimeout(() => {
          const open = state.dialog?.open;
          if (state.heard || !remove(iframe)) return;
          emit("failed", { reason: "refused" }, state);
          if (open) location.assign(href);
        }, 3000);
      state.heard = false;
    };
    return iframe;
  };

  const inline = (link) => {
    const iframe = frame(link.href, link.dataset, link);
    if (!iframe) return;
    iframe.loading = "lazy";
    frames.get(iframe).shown = link.style.display;
    link.style.display = "none";
    link.after(iframe);
  };

  // Made before it is shown, so that it is there when it is asked for.
  const popup = (href, options, link) => {
    for (const state of frames.values()) if (link && state.dialog && state.link === link) return state.dialog;
    const iframe = frame(href, options, link);
    if (!iframe) return;
    const dialog = make("dialog", {
      width: "min(68rem, 100vw)",
      maxWidth: "100vw",
      maxHeight: "100dvh",
      margin: "auto",
      padding: "0",
      border: "0",
      borderRadius: "12px",
      boxShadow: "0 0 0 100vmax #0008",
      background: "Canvas",
    });
    dialog.setAttribute("aria-label", iframe.title);
    const close = make(
      "button",
      {
        display: "block",
        position: "sticky",
        top: "0",
        width: "44px",
        height: "44px",
        marginLeft: "auto",
        border: "0",
        background: "Canvas",
        color: "CanvasText",
        font: "24px system-ui",
      },
      { type: "button", textContent: "×", onclick: () => dialog.close() },
    );
    close.setAttribute("aria-label", options.close || "Close");
    dialog.onclick = ({ target }) => target === dialog && dialog.close();
    dialog.onclose = () => {
      const state = remove(iframe);
      if (state) emit("closed", {}, state);
    };
    dialog.append(close, iframe);
    document.body.append(dialog);
    return (frames.get(iframe).dialog = dialog);
  };
  const show = (dialog) => dialog && !dialog.open && dialog.showModal();

  const opener = (link) => {
    const { timetuna, corner = "bottom-right", color } = link.dataset;
    if (timetuna === "button") {
      const [block, side] = corner.split("-");
      Object.assign(link.style, {
        position: "fixed",
        [block]: "20px",
        [side]: "20px",
        zIndex: "2147483000",
        padding: "12px 20px",
        borderRadius: "99px",
        background: color || "#0b5f85",
        color: "#fff",
        textDecoration: "none",
        font: "600 16px system-ui",
      });
    }
    const ready = () => popup(link.href, link.dataset, link);
    link.onpointerenter = link.onfocus = ready;
    link.onclick = (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || !ready()) return;
      event.preventDefault();
      show(ready());
    };
  };

  const look = () => {
    for (const [iframe, { link, href }] of frames) {
      if (!link || (link.isConnected && link.href === href)) continue;
      remove(iframe);
      seen.delete(link);
    }
    for (const link of document.querySelectorAll("a[data-timetuna][href]")) {
      const says = `${link.dataset.timetuna} ${link.href}`;
      if (seen.get(link) === says) continue;
      seen.set(link, says);
      (link.dataset.timetuna === "inline" ? inline : opener)(link);
    }
  };

  addEventListener("message", ({ origin, source, data: said }) => {
    if (origin !== ours || said?.timetuna !== 1) return;
    for (const [iframe, state] of frames) {
      if (iframe.contentWindow !== source) continue;
      const { event, id, data = {} } = said;
      if (event === "hi") source.postMessage({ timetuna: 1, event: "hello", id: state.id }, ours);
      if (id !== state.id) continue;
      state.heard = true;
      if (event === "height") iframe.style.height = `${Math.min(Number(data.height) || 640, 20000)}px`;
      else if (event === "escape") state.dialog?.close();
      else if (told.includes(event)) emit(event, data, state);
    }
  });

  window.TimeTuna = {
    open: (href, options = {}) => show(popup(href, options)),
    close: () => frames.forEach(({ dialog }) => dialog?.close()),
    on: (name, listen) => {
      (listeners[name] ??= new Set()).add(listen);
      return () => listeners[name].delete(listen);
    },
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true, attributeFilter: ["data-timetuna", "href"] });
  look();
})();
