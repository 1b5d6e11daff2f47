"""The identity of the business: first-run set-up and settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from PIL import Image, UnidentifiedImageError

from perenne.core.domain.colour import NotAColour, rgb
from perenne.core.domain.french_ids import InvalidSiren, siren, vat_number
from perenne.core.models import Business
from perenne.people.api import InvalidAddress, normal_address

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

CURRENCIES = ["EUR", "CHF", "GBP", "USD", "CAD", "XPF"]
LOGO_FORMATS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}
LOGO_MAX_BYTES = 1024 * 1024
LOGO_MAX_PIXELS = 4000


def time_zones() -> list[tuple[str, str]]:
    """Return the zones a person lives in: "Europe/Paris", not "Etc/GMT+1"."""
    names = (name for name in available_timezones() if "/" in name)
    unwanted = ("Etc/", "SystemV/", "US/", "posix/", "right/")
    return [
        (name, name.replace("_", " "))
        for name in sorted(names)
        if not name.startswith(unwanted)
    ]


def checked_logo(upload: UploadedFile[Any]) -> UploadedFile[Any]:
    """Return the picture named by what it is, not by what its name says.

    Raises  ValidationError: it is no PNG, JPEG or WebP, or it is too large
    """
    if (upload.size or 0) > LOGO_MAX_BYTES:
        raise forms.ValidationError(_("The logo may weigh at most 1 MB."))
    try:
        upload.seek(0)
        with Image.open(upload) as picture:
            kind, size = str(picture.format), picture.size
            picture.verify()
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        ValueError,
        SyntaxError,
    ) as error:
        raise forms.ValidationError(_("This file is not a picture.")) from error
    finally:
        upload.seek(0)
    if kind not in LOGO_FORMATS:
        raise forms.ValidationError(_("The logo must be a PNG, JPEG or WebP picture."))
    if max(size) > LOGO_MAX_PIXELS:
        raise forms.ValidationError(_("The logo may be at most 4,000 pixels wide."))
    upload.name = f"{Path(upload.name or 'logo').stem[:40]}.{LOGO_FORMATS[kind]}"
    return upload


class ColourInput(forms.TextInput):
    """The browser's own picker: it always holds a colour, of a length of its own."""

    input_type = "color"

    def use_required_attribute(self, initial: object) -> bool:
        """A colour cannot be left out."""
        return False

    def build_attrs(
        self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Leave out the length, which HTML does not know here."""
        attrs = super().build_attrs(base_attrs, extra_attrs)
        attrs.pop("maxlength", None)
        return attrs


class IdentityForm(forms.ModelForm[Business]):
    """What every document and page says about the business."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    currency = forms.ChoiceField(
        label=_("Currency"), choices=[(code, code) for code in CURRENCIES]
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones)
    siren = forms.CharField(
        label="SIREN",
        required=False,
        max_length=20,
        help_text=_("Nine digits. You may add it later."),
    )
    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_("PNG, JPEG or WebP, up to 1 MB."),
        widget=forms.FileInput({"accept": "image/png,image/jpeg,image/webp"}),
    )

    class Meta:
        model = Business
        fields = [
            "name",
            "owner_name",
            "legal_form",
            "vat_regime",
            "siren",
            "vat_number",
            "oss_since",
            "street",
            "postcode",
            "city",
            "country",
            "email",
            "phone",
            "mediator",
            "host",
            "bank_iban",
            "bank_bic",
            "sepa_creditor_id",
            "currency",
            "time_zone",
            "language",
            "brand_colour",
            "logo",
        ]
        widgets = {
            "brand_colour": ColourInput,
            "oss_since": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "phone": forms.TextInput({"type": "tel", "autocomplete": "tel"}),
            "street": forms.TextInput({"autocomplete": "address-line1"}),
            "postcode": forms.TextInput({"autocomplete": "postal-code"}),
            "city": forms.TextInput({"autocomplete": "address-level2"}),
            "mediator": forms.Textarea({"rows": 3}),
            "host": forms.Textarea({"rows": 3}),
        }

    def clean_siren(self) -> str:
        """Check the digits; a SIRET is shortened to its SIREN."""
        typed = str(self.cleaned_data["siren"]).strip()
        if not typed:
            return ""
        try:
            return siren(typed)
        except InvalidSiren as error:
            raise forms.ValidationError(
                _("These digits are not a SIREN. Compare them with your INSEE notice.")
            ) from error

    def clean_brand_colour(self) -> str:
        """Keep colours as #rrggbb."""
        typed = str(self.cleaned_data["brand_colour"])
        try:
            return "#" + "".join(f"{part:02x}" for part in rgb(typed))
        except NotAColour as error:
            raise forms.ValidationError(_("Write the colour as #7a3e2b.")) from error

    def clean_logo(self) -> Any:
        """Look into the file; its name proves nothing."""
        upload = self.cleaned_data["logo"]
        return checked_logo(upload) if upload and hasattr(upload, "seek") else upload

    def clean(self) -> dict[str, Any]:
        """Fill the VAT number from the SIREN; who is liable for VAT needs one."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        french_liable = (
            cleaned.get("vat_regime") == Business.VatRegime.LIABLE
            and cleaned.get("country", "FR") == "FR"
        )
        if french_liable and not cleaned.get("vat_number"):
            if cleaned.get("siren"):
                cleaned["vat_number"] = vat_number(cleaned["siren"])
                self.instance.vat_number = cleaned["vat_number"]
            elif "siren" in cleaned:
                self.add_error(
                    "siren", _("Who charges VAT needs a SIREN or a VAT number.")
                )
        return cleaned

    def identity(self) -> dict[str, Any]:
        """Return the cleaned fields of Business; an untouched logo is left out."""
        names = set(Business._meta.fields_map) | {f.name for f in Business._meta.fields}
        values = {k: v for k, v in self.cleaned_data.items() if k in names}
        if not values.get("logo"):
            values.pop("logo", None)
        return values


class WelcomeForm(IdentityForm):
    """The first-run set-up: few fields, sensible defaults."""

    owner_email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("You sign in with it. Customers see it until you give another."),
        widget=forms.EmailInput({"autocomplete": "email"}),
    )

    class Meta(IdentityForm.Meta):
        fields = [
            "owner_name",
            "name",
            "legal_form",
            "vat_regime",
            "siren",
            "street",
            "postcode",
            "city",
            "currency",
            "brand_colour",
            "logo",
        ]

    def clean_owner_email(self) -> str:
        """Keep the address in its one form."""
        try:
            return normal_address(self.cleaned_data["owner_email"])
        except InvalidAddress as error:
            raise forms.ValidationError(
                _("This is not an address that mail can reach.")
            ) from error
