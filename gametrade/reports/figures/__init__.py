"""The figures of a report: one function a file, each returns a plotly figure with its title and caption."""
