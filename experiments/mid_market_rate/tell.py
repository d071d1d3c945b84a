def write_figures(folder): pass
def write_readme(folder, readme): pass
