const drawn = [];
const mouse = window.matchMedia("(hover: hover)").matches;
function draw(id, figure, paperHeight) {
  const place = document.getElementById(id);
  const options = {
    responsive: true,
    displaylogo: false,
    displayModeBar: mouse ? "hover" : false,
    modeBarButtons: [["toImage", "zoom2d", "pan2d", "resetScale2d"]],
  };
  figure.layout.dragmode = mouse ? "zoom" : false;
  drawn.push({place, height: figure.layout.height, paperHeight});
  Plotly.newPlot(place, figure.data, figure.layout, options);
}
function paper(printing) {
  for (const {place, height, paperHeight} of drawn) {
    const size = printing ? {autosize: false, width: 680, height: paperHeight} : {autosize: true, width: null, height};
    Plotly.relayout(place, size);
  }
}
window.addEventListener("beforeprint", () => paper(true));
window.addEventListener("afterprint", () => paper(false));
