"""One check a property: each re-proves a claim from its certificate, or raises Refuted."""
