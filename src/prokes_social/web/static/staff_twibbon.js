// A photo is laid under the campaign's frame, here on the phone alone: no line of this file sends it anywhere.
(function () {
  "use strict";
  var MOST_PIXELS = 50e6, LEAST_SIDE = 200, MOST_BYTES = 40e6, WORK = 2000, WISHED = 200000;
  var main = document.querySelector("main"), words = main.dataset;
  var canvas = main.querySelector("canvas"), paper = canvas.getContext("2d");
  var zoom = main.querySelector("input[type=range]"), made = main.querySelector(".made");
  var save = main.querySelector("[data-save]"), share = main.querySelector("button[data-share]");
  var frame = null, hole = null, photo = null, files = null, timer = 0, address = "";
  var at = { x: 0, y: 0 }; // the photo's middle, from the hole's, in px of the card
  var size = 100; // per cent; 100 just covers the hole

  function say(text, kind) {
    var place = document.getElementById("say");
    place.textContent = text;
    place.className = kind;
    place.hidden = !text;
  }

  function loaded(source) {
    return new Promise(function (resolve, reject) {
      var image = new Image();
      image.onload = function () { resolve(image); };
      image.onerror = reject;
      image.src = source;
    });
  }

  function loadFrame() {
    return fetch(words.frame, { credentials: "same-origin" }).then(function (answer) {
      if (!answer.ok) { throw new Error("no frame"); }
      var box = answer.headers.get("X-Hole").split(" ").map(Number);
      hole = { x: box[0], y: box[1], width: box[2] - box[0], height: box[3] - box[1] };
      return answer.blob();
    }).then(function (blob) { return loaded(URL.createObjectURL(blob)); })
      .then(function (image) { frame = image; });
  }

  // --- a photo comes in ---

  function choose(file) {
    if (!file) { return; }
    if (file.size > MOST_BYTES) { say(words.large, "mind"); return; }
    if (/svg/.test(file.type)) { say(words.broken, "mind"); return; }
    var source = URL.createObjectURL(file);
    Promise.all([loaded(source), turnOf(file)]).then(function (found) {
      var image = found[0], pixels = image.naturalWidth * image.naturalHeight;
      // The size stands in the file's head: nothing that large is ever decoded.
      if (pixels > MOST_PIXELS) { say(words.large, "mind"); return; }
      if (Math.min(image.naturalWidth, image.naturalHeight) < LEAST_SIDE) { say(words.small, "mind"); return; }
      photo = upright(image, found[1]);
      at = { x: 0, y: 0 };
      size = zoom.value = 100;
      made.hidden = false;
      say(words.ready, "done");
      draw();
    }, function () { say(words.broken, "mind"); })
      .then(function () { URL.revokeObjectURL(source); });
  }

  // Turned as it was held, and no larger than the card needs.
  function upright(image, turn) {
    var scale = Math.min(1, WORK / Math.max(image.naturalWidth, image.naturalHeight));
    var width = Math.max(1, Math.round(image.naturalWidth * scale)), height = Math.max(1, Math.round(image.naturalHeight * scale));
    var sheet = document.createElement("canvas"), pen = sheet.getContext("2d"), lies = turn > 4;
    sheet.width = lies ? height : width;
    sheet.height = lies ? width : height;
    var turns = {
      2: [-1, 0, 0, 1, width, 0], 3: [-1, 0, 0, -1, width, height], 4: [1, 0, 0, -1, 0, height],
      5: [0, 1, 1, 0, 0, 0], 6: [0, 1, -1, 0, height, 0], 7: [0, -1, -1, 0, height, width], 8: [0, -1, 1, 0, 0, width]
    };
    if (turns[turn]) { pen.transform.apply(pen, turns[turn]); }
    pen.imageSmoothingQuality = "high";
    pen.drawImage(image, 0, 0, width, height);
    return sheet;
  }

  // EXIF orientation, 1 to 8. Browsers since 2020 turn pictures themselves, and say so.
  function turnOf(file) {
    if (window.CSS && CSS.supports && CSS.supports("image-orientation", "from-image")) { return Promise.resolve(1); }
    return new Promise(function (resolve) {
      var reader = new FileReader();
      reader.onload = function () { resolve(orientation(new DataView(reader.result))); };
      reader.onerror = function () { resolve(1); };
      reader.readAsArrayBuffer(file.slice(0, 131072));
    });
  }

  function orientation(view) {
    try {
      if (view.getUint16(0) !== 0xffd8) { return 1; }
      for (var place = 2; view.getUint8(place) === 0xff; place += 2 + view.getUint16(place + 2)) {
        if (view.getUint16(place) === 0xffe1 && view.getUint32(place + 4) === 0x45786966) { return inExif(view, place + 10); }
      }
    } catch (error) { /* a file that ends early says nothing */ }
    return 1;
  }

  function inExif(view, start) {
    var little = view.getUint16(start) === 0x4949;
    var list = start + view.getUint32(start + 4, little), count = view.getUint16(list, little);
    for (var n = 0; n < count; n++) {
      var entry = list + 2 + 12 * n;
      if (view.getUint16(entry, little) === 0x0112) { return view.getUint16(entry + 8, little); }
    }
    return 1;
  }

  // --- the picture is made ---

  function scale() {
    return Math.max(hole.width / photo.width, hole.height / photo.height) * size / 100;
  }

  function draw() {
    if (!photo || !frame) { return; }
    var large = scale(), width = photo.width * large, height = photo.height * large;
    // The hole stays covered.
    at.x = Math.max(-(width - hole.width) / 2, Math.min((width - hole.width) / 2, at.x));
    at.y = Math.max(-(height - hole.height) / 2, Math.min((height - hole.height) / 2, at.y));
    paper.fillStyle = "#fff";
    paper.fillRect(0, 0, canvas.width, canvas.height);
    paper.save();
    paper.beginPath();
    paper.rect(hole.x, hole.y, hole.width, hole.height);
    paper.clip();
    paper.imageSmoothingQuality = "high";
    paper.drawImage(photo, hole.x + hole.width / 2 + at.x - width / 2, hole.y + hole.height / 2 + at.y - height / 2, width, height);
    paper.restore();
    paper.drawImage(frame, 0, 0, canvas.width, canvas.height);
    save.setAttribute("aria-disabled", "true");
    files = null;
    clearTimeout(timer);
    timer = setTimeout(function () { encode(0.92); }, 250);
  }

  function encode(quality) {
    canvas.toBlob(function (blob) {
      if (blob.size >= WISHED && quality > 0.5) { encode(quality - 0.06); return; }
      if (address) { URL.revokeObjectURL(address); }
      address = URL.createObjectURL(blob);
      save.href = address;
      save.download = words.file;
      save.removeAttribute("aria-disabled");
      files = window.File ? [new File([blob], words.file, { type: "image/jpeg" })] : null;
      share.hidden = !(files && navigator.share && navigator.canShare && navigator.canShare({ files: files }));
    }, "image/jpeg", quality);
  }

  // --- hands ---

  function move(dx, dy) {
    at.x += dx;
    at.y += dy;
    draw();
  }

  function resize(wanted) {
    var before = size;
    size = Math.max(100, Math.min(400, wanted));
    zoom.value = Math.round(size);
    at.x *= size / before;
    at.y *= size / before;
    draw();
  }

  var fingers = {};
  function spread(list) { return Math.hypot(list[0].x - list[1].x, list[0].y - list[1].y); }
  function present() { return Object.keys(fingers).map(function (id) { return fingers[id]; }); }

  canvas.addEventListener("pointerdown", function (event) {
    fingers[event.pointerId] = { x: event.clientX, y: event.clientY };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", function (event) {
    var finger = fingers[event.pointerId];
    if (!finger) { return; }
    var perPixel = canvas.width / canvas.clientWidth, before = present();
    var apart = before.length === 2 ? spread(before) : 0;
    var dx = event.clientX - finger.x, dy = event.clientY - finger.y;
    finger.x = event.clientX;
    finger.y = event.clientY;
    if (apart) { resize(size * spread(present()) / apart); }
    move(dx * perPixel / before.length, dy * perPixel / before.length);
  });
  ["pointerup", "pointercancel"].forEach(function (name) {
    canvas.addEventListener(name, function (event) { delete fingers[event.pointerId]; });
  });
  canvas.addEventListener("keydown", function (event) {
    var moves = { ArrowLeft: [-20, 0], ArrowRight: [20, 0], ArrowUp: [0, -20], ArrowDown: [0, 20] };
    if (moves[event.key]) { move(moves[event.key][0], moves[event.key][1]); }
    else if (event.key === "+" || event.key === "=") { resize(size * 1.1); }
    else if (event.key === "-") { resize(size / 1.1); }
    else { return; }
    event.preventDefault();
  });
  zoom.addEventListener("input", function () { resize(Number(zoom.value)); });
  Array.prototype.forEach.call(main.querySelectorAll("[data-move]"), function (button) {
    var way = button.dataset.move.split(" ");
    button.addEventListener("click", function () { move(way[0] * 40, way[1] * 40); });
  });
  main.querySelector("input[type=file]").addEventListener("change", function (event) { choose(event.target.files[0]); });
  share.addEventListener("click", function () {
    if (!files) { return; }
    navigator.share({ files: files }).catch(function () { /* closed without choosing */ });
    // Noted, and no page asked for.
    fetch(words.share, { method: "POST", body: new URLSearchParams({ place: "share" }), credentials: "same-origin", redirect: "manual" })
      .catch(function () {});
  });

  main.querySelector(".plain").hidden = true;
  loadFrame().then(function () { main.querySelector(".tool").hidden = false; draw(); }, function () { say(words.noframe, "mind"); });
})();
