"""Fits of the memory model."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html, format_html_join

from quizzes.admin.read_only import StudentRowsAdmin
from quizzes.models import MemoryFit


@admin.register(MemoryFit)
class MemoryFitAdmin(StudentRowsAdmin[MemoryFit]):
    """How well the memory model predicts, before and after each fit."""

    list_display = ("fitted_at", "of", "reviews", "before", "after", "adopted")
    list_filter = ("adopted", "course")
    search_fields = ("student__username",)
    list_select_related = ("student", "course")
    date_hierarchy = "fitted_at"
    fields = ("fitted_at", "of", "reviews", "judged_on", "before", "after", "adopted", "bins", "parameters")
    readonly_fields = fields

    @admin.display
    def of(self, fit: MemoryFit) -> str:
        """Whose answers it was fitted to."""
        return str(fit.student or f"{fit.course}, all students")

    @admin.display(description="log loss (RMSE) before", ordering="log_loss_before")
    def before(self, fit: MemoryFit) -> str:
        return f"{fit.log_loss_before:.4f} ({fit.rmse_before:.4f})"

    @admin.display(description="log loss (RMSE) after", ordering="log_loss_after")
    def after(self, fit: MemoryFit) -> str:
        return f"{fit.log_loss_after:.4f} ({fit.rmse_after:.4f})"

    @admin.display(description="Calibration")
    def bins(self, fit: MemoryFit) -> str:
        """A table: predicted against observed on the newest fifth of answers, by the parameters in use afterwards."""
        rows = format_html_join(
            "",
            "<tr><td>{} %</td><td>{} %</td><td>{}</td></tr>",
            (
                (round(100 * group["predicted"], 1), round(100 * group["observed"], 1), group["n"])
                for group in fit.calibration
                if group["n"]
            ),
        )
        return format_html(
            "<table><thead><tr><th scope=col>Predicted right</th><th scope=col>Were right</th>"
            "<th scope=col>Answers</th></tr></thead><tbody>{}</tbody></table>",
            rows,
        )
