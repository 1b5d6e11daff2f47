"""An import-linter contract: apps meet only at their facade module."""

from __future__ import annotations

from importlinter import Contract, ContractCheck, fields, output


class FacadeContract(Contract):
    """Every import that crosses an app boundary lands on an allowed module."""

    root = fields.StringField()
    facades = fields.SetField(subfield=fields.StringField())
    open_apps = fields.SetField(
        subfield=fields.StringField(), required=False, default=set()
    )

    def check(self, graph, verbose):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201, ARG002, RUF100
        """Return the imports that step over a facade, sorted."""
        depth = self.root.count(".") + 1
        inside = self.root + "."
        broken = []
        for importer in sorted(m for m in graph.modules if m.startswith(inside)):
            here = importer.split(".")[depth]
            for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                if not imported.startswith(inside):
                    continue
                there, *rest = imported.split(".")[depth:]
                if there == here or there in self.open_apps:
                    continue
                if ".".join(rest) not in self.facades:
                    broken.append((importer, imported))
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check):  # type: ignore[no-untyped-def]  # noqa: ANN001
        """Print one line per import that steps over a facade."""
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} imports {imported}: use its api module")
