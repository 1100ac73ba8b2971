"""How a form that was not accepted is answered."""

from typing import Any

from django.http import HttpResponse

UNPROCESSABLE = 422


class Refused:
    """Shows the same page again, nothing typed lost, with the status that says so."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Answer 422."""
        context = self.get_context_data(form=form)  # type: ignore[attr-defined]
        response: HttpResponse = self.render_to_response(context, status=UNPROCESSABLE)  # type: ignore[attr-defined]
        return response
