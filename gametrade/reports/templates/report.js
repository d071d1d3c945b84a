const drawn = [];
const mouse = window.matchMedia("(hover: hover)").matches;
function draw(id, figure) {
  const place = document.getElementById(id);
  const options = {
    responsive: true,
    displaylogo: false,
    displayModeBar: mouse ? "hover" : false,
    modeBarButtons: [["toImage", "zoom2d", "pan2d", "resetScale2d"]],
  };
  figure.layout.dragmode = mouse ? "zoom" : false;
  drawn.push(place);
  Plotly.newPlot(place, figure.data, figure.layout, options);
}
function paper(printing) {
  for (const place of drawn) {
    Plotly.relayout(place, printing ? {autosize: false, width: 680} : {autosize: true, width: null});
  }
}
window.addEventListener("beforeprint", () => paper(true));
window.addEventListener("afterprint", () => paper(false));
