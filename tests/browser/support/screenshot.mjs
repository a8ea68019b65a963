// Takes the README's picture: `node screenshot.mjs FILE`. Everybody's camera is a test picture, so
// each gets a colour and a face of their own, drawn on a canvas.
import { randomBytes } from "node:crypto";
import { openBrowser, sitDown } from "./page.mjs";
import { running, startParlour } from "./parlour.mjs";

const file = process.argv[2] ?? "docs/room.png";
const cast = [
  { name: "Ada", sky: "#7aa7c7", clothes: "#2f4858", skin: "#e8b998", hair: "#3b2a20" },
  { name: "Grace", sky: "#c9b18a", clothes: "#7d3c3c", skin: "#c98d66", hair: "#1f1a17" },
  { name: "Joe", sky: "#8fb39a", clothes: "#44505e", skin: "#f0cbb0", hair: "#a8763e" },
];

/** In the page, before its scripts: a camera that shows a drawn person. */
function drawnCamera({ sky, clothes, skin, hair }) {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await real(wanted);
    if (!wanted.video) return stream;
    const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
    const pen = canvas.getContext("2d");
    const disc = (x, y, rx, ry, colour) => {
      pen.fillStyle = colour;
      pen.beginPath();
      pen.ellipse(x, y, rx, ry, 0, 0, 2 * Math.PI);
      pen.fill();
    };
    let step = 0;
    const draw = () => {
      const sway = Math.sin(step++ / 12) * 6;
      const wall = pen.createLinearGradient(0, 0, 640, 360);
      wall.addColorStop(0, sky);
      wall.addColorStop(1, "#20242c");
      pen.fillStyle = wall;
      pen.fillRect(0, 0, 640, 360);
      disc(320 + sway, 390, 150, 130, clothes);
      pen.fillStyle = skin;
      pen.fillRect(295 + sway, 220, 50, 60);
      disc(320 + sway, 150, 78, 88, hair);
      disc(320 + sway, 172, 64, 78, skin);
      disc(296 + sway, 165, 6, 7, "#222");
      disc(344 + sway, 165, 6, 7, "#222");
      pen.strokeStyle = "#803f38";
      pen.lineWidth = 4;
      pen.beginPath();
      pen.arc(320 + sway, 192, 24, 0.2 * Math.PI, 0.8 * Math.PI);
      pen.stroke();
    };
    setInterval(draw, 66);
    draw();
    for (const track of stream.getVideoTracks()) {
      stream.removeTrack(track);
      track.stop();
    }
    stream.addTrack(canvas.captureStream(15).getVideoTracks()[0]);
    return stream;
  };
}

// On the port of a first start, so that the picture shows the link that a reader gets.
const parlour = running ? null : await startParlour({ port: 4000 });
const browser = await openBrowser();
try {
  const url = running ?? parlour.url;
  const room = running ? `tea-${randomBytes(2).toString("hex")}` : "tea";
  const people = [];
  for (const person of cast) {
    people.push(
      await sitDown(browser, { url, room, name: person.name, before: [drawnCamera, person] }),
    );
  }
  const [first] = people;
  for (const other of people.slice(1)) await first.sees(other, { by: 30 });
  await first.page.setViewportSize({ width: 1200, height: 720 });
  await first.sees(people[1], { by: 15 });
  await first.page.screenshot({ path: file });
  console.log(`wrote ${file}`);
} finally {
  await browser.close();
  await parlour?.stop();
}
