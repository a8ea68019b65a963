// People for pictures of the page: each with a drawn face before a wall of their own, devices with the
// names that devices have, and a screen worth sharing.

export const cast = {
  Ada: { sky: "#7aa7c7", floor: "#2c4258", clothes: "#24404f", skin: "#e8b998", hair: "#3b2a20" },
  Grace: { sky: "#d3b98d", floor: "#6b4f38", clothes: "#7d3c3c", skin: "#c98d66", hair: "#1f1a17" },
  Joe: { sky: "#9cc0a5", floor: "#35503f", clothes: "#44505e", skin: "#f0cbb0", hair: "#a8763e" },
  Mei: { sky: "#c7a4bf", floor: "#4d3350", clothes: "#2f4d46", skin: "#f0c8a0", hair: "#15131a" },
};

/** In the page, before its scripts: such devices. */
export function drawnDevices({ sky, floor, clothes, skin, hair }) {
  const devices = navigator.mediaDevices;
  const getUserMedia = devices.getUserMedia.bind(devices);
  const enumerateDevices = devices.enumerateDevices.bind(devices);
  const names = {
    videoinput: ["Integrated Camera"],
    audioinput: ["Default", "Built-in Microphone", "Headset"],
    audiooutput: ["Default", "Built-in Speakers", "Headset"],
  };

  /** A canvas of which a film is made: `draw(pen, seconds)` at each step. */
  const film = (width, height, fps, draw) => {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const pen = canvas.getContext("2d");
    let step = 0;
    const next = () => draw(pen, step++ / fps);
    next();
    const timer = setInterval(next, 1000 / fps);
    const [track] = canvas.captureStream(fps).getVideoTracks();
    const stop = track.stop.bind(track);
    track.stop = () => {
      clearInterval(timer);
      stop();
    };
    return track;
  };

  const face = (pen, seconds) => {
    const disc = (x, y, rx, ry, colour) => {
      pen.fillStyle = colour;
      pen.beginPath();
      pen.ellipse(x, y, rx, ry, 0, 0, 2 * Math.PI);
      pen.fill();
    };
    const sway = Math.sin(seconds * 1.2) * 7;
    const wall = pen.createLinearGradient(0, 0, 640, 360);
    wall.addColorStop(0, sky);
    wall.addColorStop(1, floor);
    pen.fillStyle = wall;
    pen.fillRect(0, 0, 640, 360);
    pen.globalAlpha = 0.18;
    disc(520, 70, 120 + sway, 120 + sway, "#ffffff");
    pen.globalAlpha = 1;
    disc(320 + sway, 180, 82, 106, hair);
    pen.fillStyle = skin;
    pen.fillRect(292 + sway, 225, 56, 70);
    disc(320 + sway, 400, 165, 125, clothes);
    disc(320 + sway, 178, 66, 82, skin);
    disc(320 + sway, 116, 56, 32, hair);
    disc(296 + sway, 172, 6, 7, "#222222");
    disc(344 + sway, 172, 6, 7, "#222222");
    pen.strokeStyle = "#8a4038";
    pen.lineWidth = 4;
    pen.lineCap = "round";
    pen.beginPath();
    pen.arc(320 + sway, 200, 24, 0.2 * Math.PI, 0.8 * Math.PI);
    pen.stroke();
  };

  const slide = (pen, seconds) => {
    pen.fillStyle = "#f6f4ef";
    pen.fillRect(0, 0, 1280, 720);
    pen.fillStyle = "#24404f";
    pen.font = "600 54px sans-serif";
    pen.fillText("Visitors by month", 90, 120);
    pen.fillStyle = "#6b7680";
    pen.font = "28px sans-serif";
    pen.fillText("First half of the year, in thousands", 90, 170);
    [38, 44, 41, 57, 66, 82].forEach((value, at) => {
      const height = value * 4.6;
      pen.fillStyle = at === 5 ? "#c76b4a" : "#7aa7c7";
      pen.fillRect(100 + at * 185, 640 - height, 120, height);
      pen.fillStyle = "#24404f";
      pen.fillText(String(value), 142 + at * 185, 625 - height);
    });
    // Something moves on any screen.
    pen.fillStyle = "#24404f";
    pen.fillRect(600 + Math.sin(seconds) * 40, 690, 60, 6);
  };

  devices.getUserMedia = async (wanted) => {
    const stream = await getUserMedia(wanted);
    for (const track of stream.getVideoTracks()) {
      stream.removeTrack(track);
      track.stop();
      stream.addTrack(film(640, 360, 15, face));
    }
    return stream;
  };
  devices.getDisplayMedia = async () => new MediaStream([film(1280, 720, 5, slide)]);
  devices.enumerateDevices = async () => {
    const seen = {};
    return (await enumerateDevices()).flatMap(({ kind, deviceId, groupId, label }) => {
      seen[kind] = (seen[kind] ?? 0) + 1;
      const name = names[kind]?.[seen[kind] - 1];
      return name ? [{ kind, deviceId, groupId, label: label && name }] : [];
    });
  };
}
