"""Pictures of courses in the admin: uploaded once, and placed in texts by what is shown there."""

from __future__ import annotations

from types import MappingProxyType

from django import forms
from django.contrib import admin, messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from questions import bank
from questions.admin.of_course import OfCourseAdmin
from questions.figures import pictures
from questions.models import Picture
from questions.roles import Act


class PictureForm(forms.ModelForm[Picture]):
    """A file for a course."""

    file = forms.FileField(
        help_text=f"PNG, JPEG, WebP or SVG, {pictures.MAX_BYTES // 10**6} MB at most. Data about its camera, "
        "place and author are removed.",
    )
    picture: pictures.Picture

    class Meta:
        model = Picture
        fields = ("course",)

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        self.picture = read_file(file)
        return file


def read_file(file: UploadedFile[bytes]) -> pictures.Picture:
    """Read a file that was sent; what is no picture is refused, before it is read where it is too large.

    Raises ValidationError.
    """
    try:
        pictures.check_bytes(file.size or 0)
        return pictures.read(file.name or "", file.read())
    except pictures.PictureError as error:
        raise forms.ValidationError(str(error)) from None


@admin.register(Picture)
class PictureAdmin(OfCourseAdmin[Picture]):
    """They are added, and stay: published versions show them."""

    acts = MappingProxyType({"view": Act.READ, "add": Act.WRITE})

    form = PictureForm
    list_display = ("seen", "placed", "course")
    list_filter = ("course",)
    search_fields = ("address",)

    def save_model(self, request: HttpRequest, obj: Picture, form: PictureForm, change: bool) -> None:
        bank.store_pictures(obj.course, [form.picture])
        stored = Picture.objects.get(course=obj.course, address=form.picture.address)
        obj.pk, obj.address = stored.pk, stored.address
        messages.info(request, f"Place it in a text by {_placed(obj)}, with words for readers who cannot see it.")

    @admin.display(description="picture")
    def seen(self, picture: Picture) -> SafeString:
        """The picture, small."""
        return format_html('<img class="thumbnail" src="/media/{}" alt="" loading="lazy">', picture.address)

    @admin.display(description="how to place it in a text", ordering="address")
    def placed(self, picture: Picture) -> SafeString:
        """What to write where it is to stand."""
        return format_html("<code>{}</code>", _placed(picture))


def _placed(picture: Picture) -> str:
    return f"![what it shows](media/{picture.address})"
