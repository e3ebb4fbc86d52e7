// What a tap can do beyond plain forms: share the picture, copy the words, say when there is no network. Without this
// file the page still does everything else. Chrome 64 must be able to read it: no optional chaining, no ??.
(function () {
  "use strict";
  var share = null; // the picture as a file: it has to be there before the tap, or the browser forgets whose tap it was
  var noted = {};

  function one(selector, within) { return (within || document).querySelector(selector); }
  function all(selector) { return Array.prototype.slice.call(document.querySelectorAll(selector)); }
  function words() { return one("main").dataset; }

  function say(text, kind, floats) {
    var place = one("#say");
    place.textContent = text;
    place.className = kind + (floats ? " floats" : "");
    place.hidden = false;
    if (floats) {
      clearTimeout(say.timer);
      say.timer = setTimeout(function () { place.hidden = true; }, 7000);
    }
  }

  function post(address, fields, then) {
    var body = new URLSearchParams(fields || "");
    return fetch(address, { method: "POST", body: body, credentials: "same-origin", redirect: then || "follow" });
  }

  // --- opened: only once it is on a screen ---

  function noteOpened() {
    var shown = one("[data-opened]");
    if (!shown || document.visibilityState !== "visible" || noted[shown.dataset.opened]) { return; }
    var address = shown.dataset.opened;
    noted[address] = true;
    post(address).catch(function () { noted[address] = false; });
  }

  // --- what was typed stays, whatever happens to the page ---

  function draftKey(field) {
    var shown = one("[data-id]");
    return "prokes " + location.pathname + " " + (shown ? shown.dataset.id : "") + " " + field.name;
  }
  function keep(field) {
    try { sessionStorage.setItem(draftKey(field), field.value); } catch (error) { /* private windows have none */ }
  }
  function kept(field) {
    try { return sessionStorage.getItem(draftKey(field)); } catch (error) { return null; }
  }
  function forget(field) {
    try { sessionStorage.removeItem(draftKey(field)); } catch (error) { /* as above */ }
  }

  // --- the words ---

  function grow(box) {
    box.style.height = "auto";
    box.style.height = box.scrollHeight + 4 + "px";
  }

  function markChosen() {
    var box = one(".share textarea");
    all(".choice").forEach(function (label) {
      var same = one("span", label).textContent.trim() === box.value.trim();
      one("input", label).checked = same;
      label.classList.toggle("chosen", same);
    });
  }

  function prepareWords() {
    var box = one(".share textarea");
    if (!box) { return; }
    if (!box.readOnly) {
      var draft = kept(box);
      if (draft !== null) { box.value = draft; }
      box.addEventListener("input", function () { keep(box); grow(box); markChosen(); });
      all(".choice input").forEach(function (radio) {
        radio.addEventListener("change", function () {
          box.value = one("span", radio.parentNode).textContent.trim();
          keep(box);
          grow(box);
          markChosen();
        });
      });
      markChosen();
    }
    grow(box);
    var copy = one("[data-copy]");
    copy.hidden = false;
    copy.addEventListener("click", function () {
      copyText(withLink("linkCopied")).then(
        function () { say(words().copied, "done", true); },
        function () { say(words().uncopied, "mind", true); }
      );
    });
  }

  function withLink(which) {
    var form = one(".share"), link = form.dataset[which];
    return (one("textarea", form).value.trim() + (link ? "\n\n" + link : "")).trim();
  }

  function copyText(text) {
    if (navigator.clipboard && navigator.clipboard.writeText) {
      return navigator.clipboard.writeText(text).catch(function () { return copyByHand(text); });
    }
    return copyByHand(text);
  }

  function copyByHand(text) {
    var box = document.createElement("textarea");
    box.value = text;
    box.style.position = "fixed";
    box.style.opacity = "0";
    document.body.appendChild(box);
    box.select();
    var done = document.execCommand("copy");
    document.body.removeChild(box);
    return done ? Promise.resolve() : Promise.reject(new Error("not copied"));
  }

  // --- the picture ---

  function preparePicture() {
    var image = one("[data-file]"), button = one(".share [data-share]");
    share = null;
    if (!image || !button || !navigator.canShare || !navigator.share || !window.File) { return; }
    fetch(image.src, { credentials: "same-origin" })
      .then(function (answer) { if (!answer.ok) { throw new Error("no card"); } return answer.blob(); })
      .then(function (blob) {
        var files = [new File([blob], image.dataset.file, { type: blob.type })];
        if (!navigator.canShare({ files: files })) { return; }
        share = files;
        button.parentNode.hidden = false;
      })
      .catch(function () { /* saving and the places below still work */ });
    button.addEventListener("click", function () {
      if (!share) { return; }
      // Apps often drop a text that comes with a picture, so it waits on the clipboard.
      copyText(withLink("linkShared")).then(function () { say(words().shared, "done", true); }, function () {});
      navigator.share({ files: share }).catch(function () { /* closed without choosing */ });
      post(one(".share").getAttribute("action"), { place: "share" }, "manual").catch(function () {});
    });
  }

  // --- answers without leaving the page ---

  function prepareForms() {
    all("form[data-quiet]").forEach(function (form) {
      var pressed = null;
      var field = one("input[name=proof]", form);
      if (field) {
        if (!field.value) { field.value = kept(field) || ""; }
        field.addEventListener("input", function () { keep(field); });
      }
      all("button").forEach(function (button) {
        if (button.form === form) { button.addEventListener("click", function () { pressed = button; }); }
      });
      form.addEventListener("submit", function (event) {
        event.preventDefault();
        var button = pressed || one("button", form);
        if (button.hasAttribute("aria-disabled")) { return; }
        button.setAttribute("aria-disabled", "true");
        var fields = new URLSearchParams(new FormData(form));
        if (button.name) { fields.set(button.name, button.value); }
        post(form.getAttribute("action"), fields)
          .then(function (answer) {
            if (answer.status >= 500) { throw new Error("server"); }
            return answer.text().then(function (text) { show(text, answer.url); });
          })
          .then(function () { if (field) { forget(field); } })
          .catch(function () {
            button.removeAttribute("aria-disabled");
            say(words().lost, "mind", true);
          });
      });
    });
    all(".share").forEach(function (form) {
      form.addEventListener("submit", function (event) {
        if (navigator.onLine === false) {
          event.preventDefault();
          say(words().lost, "mind", true);
        }
      });
    });
  }

  function show(text, address) {
    var next = new DOMParser().parseFromString(text, "text/html");
    one("main").replaceWith(document.importNode(one("main", next), true));
    document.title = next.title;
    history.replaceState(null, "", address);
    prepare();
    window.scrollTo(0, 0);
    var place = one("#say");
    if (place && !place.hidden) { place.focus(); }
  }

  function forgetConfirmation() {
    // Loading the page again must not confirm again.
    var kept = location.search.replace(/[?&](ok|p)=[^&]*/g, "").replace(/^&/, "?");
    if (kept !== location.search) { history.replaceState(null, "", location.pathname + kept + location.hash); }
  }

  function prepare() {
    all(".plain-only").forEach(function (each) { each.hidden = true; });
    prepareWords();
    preparePicture();
    prepareForms();
    forgetConfirmation();
    noteOpened();
  }

  document.addEventListener("visibilitychange", noteOpened);
  window.addEventListener("online", noteOpened);
  prepare();
})();
