"use strict";
// Clips: played one at a time; waveform above, spectrogram (0 to 8 kHz) below, drawn when seen.
(() => {
  const store = document.getElementById("clip-audio");
  const sounds = store ? JSON.parse(store.textContent) : [];
  const cards = [...document.querySelectorAll(".clip")];
  const player = new Audio();
  let current = null;

  const source = (card) => "data:audio/mpeg;base64," + sounds[Number(card.dataset.sound)];
  const show = (card, playing) => {
    card.classList.toggle("playing", playing);
    const button = card.querySelector(".play");
    button.textContent = playing ? "❚❚" : "▶";
    button.setAttribute("aria-pressed", String(playing));
  };
  const stop = () => {
    player.pause();
    if (current) show(current, false);
  };
  const toggle = (card, share) => {
    if (current === card && !player.paused && share === undefined) return stop();
    if (current !== card) {
      stop();
      player.src = source(card);
      current = card;
    }
    if (share !== undefined && Number.isFinite(player.duration)) player.currentTime = share * player.duration;
    player.play().then(() => show(card, true), () => show(card, false));
  };
  player.addEventListener("ended", () => current && show(current, false));
  window.exhubertPlayer = player;

  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // Power of a window of 2^k samples, by an iterative FFT.
  const spectrum = (samples, start, size, window) => {
    const re = new Float32Array(size), im = new Float32Array(size);
    for (let i = 0, j = 0; i < size; i++) {
      re[j] = (samples[start + i] || 0) * window[i];
      let bit = size >> 1;
      for (; j & bit; bit >>= 1) j ^= bit;
      j ^= bit;
    }
    for (let half = 1; half < size; half <<= 1) {
      for (let k = 0; k < half; k++) {
        const angle = (-Math.PI * k) / half, c = Math.cos(angle), s = Math.sin(angle);
        for (let a = k; a < size; a += 2 * half) {
          const b = a + half, x = re[b] * c - im[b] * s, y = re[b] * s + im[b] * c;
          re[b] = re[a] - x; im[b] = im[a] - y; re[a] += x; im[a] += y;
        }
      }
    }
    return re.subarray(0, size / 2).map((value, i) => value * value + im[i] * im[i]);
  };

  const draw = async (card) => {
    const canvas = card.querySelector("canvas");
    const bytes = Uint8Array.from(atob(sounds[Number(card.dataset.sound)]), (c) => c.charCodeAt(0));
    let audio;
    try {
      audio = await new OfflineAudioContext(1, 1, 16000).decodeAudioData(bytes.buffer);
    } catch {
      return; // it can be played all the same
    }
    const samples = audio.getChannelData(0);
    const width = (canvas.width = 440), height = (canvas.height = 134), wave = 50;
    const paint = canvas.getContext("2d");
    paint.fillStyle = css("--accent");
    const step = samples.length / width;
    for (let x = 0; x < width; x++) {
      let low = 0, high = 0;
      for (let i = Math.floor(x * step); i < (x + 1) * step; i++) {
        low = Math.min(low, samples[i] || 0);
        high = Math.max(high, samples[i] || 0);
      }
      paint.fillRect(x, (wave / 2) * (1 - high), 1, Math.max(1, (wave / 2) * (high - low)));
    }
    const size = 512, bins = size / 2, rows = height - wave;
    const window = Float32Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
    for (let x = 0; x < width; x += 2) {
      const power = spectrum(samples, Math.floor(x * step - size / 2), size, window);
      for (let y = 0; y < rows; y += 2) {
        const level = 10 * Math.log10(power[Math.floor(((rows - y) / rows) * (bins - 1))] + 1e-9);
        paint.globalAlpha = Math.max(0, Math.min(1, (level + 45) / 75));
        paint.fillRect(x, wave + y, 2, 2);
      }
    }
    paint.globalAlpha = 1;
  };
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) {
        seen.unobserve(entry.target);
        draw(entry.target);
      }
    }
  });
  for (const card of cards) {
    if (!card.querySelector(".play")) continue; // it is only seen
    card.querySelector(".play").addEventListener("click", () => toggle(card));
    card.querySelector("canvas").addEventListener("click", (event) => toggle(card, event.offsetX / event.target.clientWidth));
    seen.observe(card);
  }

  // Filters: of clips by all their keys, of rows of tables by corpus.
  const form = document.querySelector("form.filters");
  if (form) {
    const apply = () => {
      const wanted = Object.fromEntries([...new FormData(form)].filter(([, value]) => value));
      const words = (wanted.search || "").toLowerCase().split(/\s+/).filter(Boolean);
      delete wanted.search;
      for (const card of cards) {
        const text = card.textContent.toLowerCase();
        card.hidden = !(Object.entries(wanted).every(([key, value]) => card.dataset[key] === value) && words.every((word) => text.includes(word)));
      }
      for (const pair of document.querySelectorAll(".pair")) {
        const sides = [...pair.querySelectorAll(".clip")]; // neither is left alone
        pair.hidden = sides.every((card) => card.hidden);
        if (!pair.hidden) sides.forEach((card) => (card.hidden = false));
      }
      const left = cards.filter((card) => !card.hidden).length;
      const narrowed = Object.keys(wanted).length + words.length > 0;
      for (const part of document.querySelectorAll("details.corpus")) {
        const any = [...part.querySelectorAll(".clip")].some((card) => !card.hidden);
        part.hidden = !any;
        if (narrowed && any) part.open = true;
      }
      for (const row of document.querySelectorAll("tr[data-corpus]")) {
        row.hidden = Boolean(wanted.corpus) && row.dataset.corpus !== wanted.corpus;
      }
      form.querySelector("output").textContent = narrowed ? `${left} of ${cards.length} clips` : "";
    };
    form.addEventListener("input", apply);
    form.addEventListener("reset", () => setTimeout(apply));

    // Buttons that choose filters, such as the cells of a matrix.
    const choosers = [...document.querySelectorAll("[data-choose]")];
    const press = (pressed) => choosers.forEach((one) => one.setAttribute("aria-pressed", String(one === pressed)));
    for (const button of choosers) {
      button.addEventListener("click", () => {
        for (const field of form.elements) if (field.name) field.value = "";
        for (const [name, value] of new URLSearchParams(button.dataset.choose)) form.elements[name].value = value;
        apply();
        press(button);
        form.scrollIntoView();
      });
    }
    form.addEventListener("input", () => press(null));
    form.addEventListener("reset", () => press(null));
    form.addEventListener("submit", (event) => event.preventDefault());
    apply();
  }

  // Tables: sorted by a click on a heading, numbers as numbers.
  const value = (cell) => {
    const text = (cell?.dataset.value ?? cell?.textContent ?? "").trim();
    const number = Number(text.replace(/,/g, ""));
    return text !== "" && !Number.isNaN(number) ? number : text.toLowerCase();
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    [...table.tHead.rows[0].cells].forEach((heading, column) => {
      if (heading.classList.contains("plot")) return; // it holds a scale
      const button = document.createElement("button");
      button.className = "sort";
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const ascending = heading.getAttribute("aria-sort") !== "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
        const rows = [...table.tBodies[0].rows].map((row) => [value(row.cells[column]), row]);
        rows.sort(([a], [b]) => {
          const order = typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === "number" ? -1 : 1;
          return ascending ? order : -order;
        });
        for (const [, row] of rows) table.tBodies[0].append(row);
      });
    });
  }
})();
