"""The models of templates and brand kits in, JSON schemas for editors out: designers are helped while they write YAML.

A layer is told by its keys, so its schema is a choice among the kinds, each with the keys it needs. A template says
`use` where a part stands; models see the file with its parts put in, editors see it as it is written.
"""

import json
from collections.abc import Iterator, Mapping
from types import NoneType
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from pydantic_core import core_schema

from prokes_social.loading.schema import DIALECT, for_editors
from prokes_social.model.brand import ROLES, BrandSheet
from prokes_social.model.template import KINDS, Box, Colour, Corners, Sides, Span, Template

Schema = dict[str, Any]

_LAYER, _USE = "Layer", "Use"
_ANY_LAYER: Schema = {"$ref": f"#/$defs/{_LAYER}"}
#: Stands where the models hold a layer, until the kinds are known.
_MARK = {"const": "any-layer"}
_FORMS: dict[str, Any] = {"Box": Box, "Colour": Colour, "Corners": Corners, "Sides": Sides, "Span": Span}
_COLOUR = "^brand\\.[a-z_]+$"

# Shown by editors while people write templates and brand kits. A key means the same wherever it stands.
_TEMPLATE_WORDS = {
    # the whole file
    "label": "Nama untuk orang, dalam dua bahasa.",
    "id": "Dalam bahasa Indonesia.",
    "en": "Dalam bahasa Inggris.",
    "picture": "Jenis berkas. jpeg-444 menjaga tulisan kecil merah atau kuning tetap tajam.",
    "slots": "Isian yang ditulis kampanye; di samples, isi contohnya.",
    "personal": "Isian yang berbeda pada setiap kartu, misalnya nama dan foto pegawai.",
    "parts": "Potongan bernama; dipakai dengan {use: nama}.",
    "sizes": "Satu papan gambar untuk setiap ukuran, misalnya 1080x1350.",
    "samples": "Contoh isi untuk lembar contoh: short, long, extreme, regional (aksara daerah).",
    "link": "Alamat untuk kode QR pada contoh ini.",
    # one slot
    "kind": "Jenis isian: teks, angka, ikon, foto, atau baris.",
    "required": "Harus diisi.",
    "default": "Isi bila kampanye tidak menulis apa-apa.",
    "longest": "Paling banyak sekian huruf.",
    "least": "Angka terkecil yang diterima.",
    "most": "Angka terbesar; cincin dan batang penuh pada angka ini.",
    "max": "Paling banyak sekian baris.",
    "fields": "Isian setiap baris.",
    # one artboard
    "safe": "Tepi yang bebas dari kata, px: satu angka, [atas-bawah, kiri-kanan], atau [atas, kanan, bawah, kiri].",
    "layers": "Lapisan dari belakang ke depan.",
    # any layer
    "use": "Nama potongan dari parts; kunci di sampingnya mengubah potongan itu.",
    "box": "Tempat di papan gambar: [kiri, atas, lebar, tinggi] dalam px.",
    "when": "Hanya bila isian ini ada.",
    "unless": "Hanya bila isian ini kosong.",
    "plate": "Alas di belakang potongan, seluas potongan dengan jaraknya.",
    "pad": "Jarak di dalam alas, px; [rapat, lega] di tiap sisi bila boleh menyesuaikan.",
    "width": "Lebar tetap, px. Pada border: tebal garis.",
    "height": "Tinggi tetap, px.",
    "align": "Rata kiri, tengah, atau kanan.",
    "hug": "Hanya selebar isinya.",
    "fill": "Mengambil tinggi yang tersisa.",
    "opacity": "Kepekatan, 0 sampai 1.",
    "radius": "Lengkung sudut, px.",
    "border": "Garis tepi.",
    "color": "Warna dari identitas visual, misalnya brand.primary.",
    # what layers are
    "text": "Teks; nama isian dalam kurung kurawal, misalnya {headline}.",
    "font": "Gaya huruf dari identitas visual.",
    "size": "Ukuran, px: satu angka, atau [terkecil, terbesar] bila boleh menyesuaikan.",
    "lines": "Paling banyak sekian baris teks.",
    "mark": "Warna untuk *kata yang ditandai bintang*.",
    "leading": "Jarak antarbaris, sebagai kelipatan ukuran huruf.",
    "tracking": "Jarak antarhuruf, sebagai bagian ukuran huruf.",
    "capitals": "Semua huruf besar.",
    "icon": "Nama ikon, atau isian yang menyebutnya.",
    "image": "Gambar dari identitas visual, misalnya brand.logo.",
    "icon_size": "Ukuran ikon di tengah gambar, sebagai bagian tinggi gambar.",
    "spare": "Boleh mengambil ruang sisa teks, px: [paling kecil, paling besar]; bila tidak cukup, tidak tampil.",
    "qr": "Kode QR untuk alamat ini, biasanya {link}.",
    "ground": "Warna di belakangnya.",
    "rect": "Persegi dengan warna ini.",
    "circle": "Lingkaran dengan warna ini.",
    "gradient": "Peralihan antara dua warna.",
    "angle": "Arah peralihan, derajat searah jarum jam; 180 dari atas ke bawah.",
    "photo": "Foto yang disebut sebuah isian.",
    "initials": "Nama yang inisialnya tampil bila tidak ada foto.",
    "aspect": "Lebar dibagi tinggi.",
    "shape": "Bentuk potongan foto.",
    "focus": "Titik yang harus tetap terlihat: bagian dari kiri dan dari atas, 0 sampai 1.",
    "ink": "Warna inisial.",
    "bar": "Batang untuk sebuah angka.",
    "target": "Angka sasaran; tampil sebagai tanda di batang atau cincin.",
    "notch": "Warna tanda sasaran.",
    "ring": "Cincin untuk sebuah angka.",
    "thickness": "Tebal cincin, px.",
    "inside": "Lapisan di tengah cincin.",
    "stack": "Lapisan dari atas ke bawah.",
    "row": "Lapisan dari kiri ke kanan.",
    "gap": "Jarak di antaranya, px: satu angka, atau [rapat, lega].",
    "rest": "Letaknya bila masih ada ruang.",
    "repeat": "Isian baris yang diulang, misalnya {rows}.",
    "each": "Lapisan untuk setiap baris; isinya {item.…}, dan {item.number} adalah urutannya.",
    "tallest": "Setinggi apa baris boleh tumbuh, px.",
}  # fmt: skip

_BRAND_WORDS = {
    "extends": "Identitas visual yang menjadi dasar; di sini cukup tulis yang berbeda.",
    "name": "Nama daerah atau lembaga.",
    "colors": "Warna menurut perannya, ditulis #RRGGBB.",
    "typefaces": "Huruf untuk display, title, text, dan label.",
    "family": "Paket huruf seperti plus-jakarta-sans, atau berkas di folder ini seperti fonts/Huruf.ttf.",
    "weight": "Ketebalan, 100 sampai 1000.",
    "footer": "Yang tertulis di tepi setiap kartu.",
    "institution": "Nama lembaga.",
    "region": "Nama daerah.",
    "handle": "Nama akun media sosial.",
    "hotline": "Nomor layanan.",
    "website": "Alamat situs.",
    "images": "Gambar milik identitas visual ini: nama dan berkasnya.",
    "radius": "Seberapa lengkung sudut bentuk, dibanding yang diminta templat; 1 berarti sama.",
    "emblem_on_personal": "Lambang juga tampil di kartu pribadi pegawai.",
    "variants": "Varian seperti dark; cukup tulis yang berbeda.",
}  # fmt: skip

_ROLE_WORDS = {
    "primary": "Warna utama: bidang besar.",
    "primary_dark": "Warna utama yang lebih dalam.",
    "primary_light": "Warna utama yang lebih terang: bentuk dan ikon di atas warna utama.",
    "primary_soft": "Warna utama yang lembut: alas ikon.",
    "primary_text": "Warna utama untuk teks di atas kertas; bila tidak ditulis, sama dengan primary.",
    "accent": "Warna kedua yang hangat: satu hal saja di kartu.",
    "accent_soft": "Warna kedua yang lembut: panel.",
    "accent_text": "Warna kedua untuk teks di atas kertas.",
    "paper": "Latar kartu terang.",
    "surface": "Panel di atas kertas.",
    "ink": "Teks di atas kertas dan panel.",
    "ink_soft": "Teks yang lebih tenang di atas kertas.",
    "line": "Garis tipis di atas kertas.",
    "on_primary": "Teks di atas warna utama.",
    "on_primary_soft": "Teks yang lebih tenang di atas warna utama.",
    "on_accent": "Teks di atas warna kedua.",
}


def template_schema() -> Schema:
    """JSON schema, draft 2020-12, for template files."""
    kinds = list(KINDS.values())
    models: list[type[BaseModel]] = [Template, *kinds]
    defs = _definitions(models)
    defs |= {
        _LAYER: {"anyOf": [{"$ref": f"#/$defs/{kind.__name__}"} for kind in kinds] + [{"$ref": f"#/$defs/{_USE}"}]}
    }
    defs[_USE] = _use({kind.__name__: defs[kind.__name__] for kind in kinds})
    forms = {name: _as_written(TypeAdapter(form).json_schema()) for name, form in _FORMS.items()}
    names = {json.dumps(form, sort_keys=True): name for name, form in forms.items()}
    defs = {name: _with_names(schema, names) for name, schema in defs.items()} | forms
    top = defs.pop(Template.__name__)
    about = "Satu templat kartu: isian, potongan, dan papan gambar. Dibuat dari kode; jangan disunting."
    return _described(top, defs, "Templat kartu", about, _TEMPLATE_WORDS)


def brand_schema() -> Schema:
    """JSON schema, draft 2020-12, for brand.yaml files."""
    defs = _definitions([BrandSheet])
    for part in (defs[BrandSheet.__name__], defs["Variant"]):
        hue = part["properties"]["colors"]["additionalProperties"]
        roles = {role: {**hue, "description": _ROLE_WORDS.get(role, why)} for role, why in ROLES.items()}
        part["properties"]["colors"] = {"type": "object", "properties": roles, "additionalProperties": False}
    about = "Warna, huruf, dan gambar satu kantor. Dibuat dari kode; jangan disunting."
    return _described(defs.pop(BrandSheet.__name__), defs, "Identitas visual", about, _BRAND_WORDS)


def schema_text(schema: Schema) -> str:
    """What stands in `schema.json`."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


class _WithLayers(GenerateJsonSchema):
    def function_plain_schema(self, schema: core_schema.PlainValidatorFunctionSchema) -> Schema:
        return dict(_MARK)


def _definitions(models: list[type[BaseModel]]) -> dict[str, Schema]:
    asked = [(model, "validation") for model in models]
    _places, schema = models_json_schema(asked, schema_generator=_WithLayers)  # type: ignore[arg-type]
    return {name: _as_written(part) for name, part in for_editors(schema)["$defs"].items()}


def _as_written(value: Any) -> Any:
    """What a file may say: nothing is null, keys that fit no pattern are wrong, and a text may look like a number."""
    if isinstance(value, list):
        return [_as_written(each) for each in value]
    if value == _MARK:
        return dict(_ANY_LAYER)
    if not isinstance(value, dict):
        return value
    # Lists are what validators make of a default, not what anybody writes.
    kept = {key: each for key, each in value.items() if key != "default" or not isinstance(each, list | NoneType)}
    written = {key: _as_written(each) for key, each in kept.items()}
    if {"type": "null"} in written.get("anyOf", ()):
        others = [each for each in written.pop("anyOf") if each != {"type": "null"}]
        written |= others[0] if len(others) == 1 else {"anyOf": others}
    if "patternProperties" in written:
        written["additionalProperties"] = False
    if written.get("type") == "string" and not written.keys() & {"pattern", "enum", "const"}:
        written["type"] = ["string", "number"]
    if written.get("pattern") == _COLOUR:
        written["examples"] = [f"brand.{role}" for role in ROLES]
    return written


def _with_names(value: Any, names: Mapping[str, str]) -> Any:
    """Forms that stand in many places by their name, so that the file stays readable."""
    if isinstance(value, list):
        return [_with_names(each, names) for each in value]
    if not isinstance(value, dict):
        return value
    about = {key: each for key, each in value.items() if key in ("default", "description")}
    form = {key: each for key, each in value.items() if key not in about}
    if (name := names.get(json.dumps(form, sort_keys=True))) is not None:
        return {"$ref": f"#/$defs/{name}", **about}
    return {key: _with_names(each, names) for key, each in value.items()}


def _use(kinds: Mapping[str, Schema]) -> Schema:
    """A part by its name, with whatever any kind of layer may change on it."""
    properties: Schema = {"use": {"type": "string"}}
    for name in dict.fromkeys(name for kind in kinds.values() for name in kind["properties"]):
        known = (_without_default(kind["properties"][name]) for kind in kinds.values() if name in kind["properties"])
        different = [json.loads(text) for text in dict.fromkeys(json.dumps(each) for each in known)]
        properties[name] = different[0] if len(different) == 1 else {"anyOf": different}
    return {"type": "object", "properties": properties, "required": ["use"], "additionalProperties": False}


def _without_default(schema: Schema) -> Schema:
    return {key: each for key, each in schema.items() if key != "default"}


def _described(top: Schema, defs: dict[str, Schema], title: str, about: str, words: Mapping[str, str]) -> Schema:
    for key, schema in _keys([top, *defs.values()]):
        if key in words:
            schema.setdefault("description", words[key])
        if key == "image":
            schema["examples"] = ["brand.logo", "brand.motif", "brand.scene"]
    return {"$schema": DIALECT, "title": title, "description": about, "$defs": dict(sorted(defs.items())), **top}


def _keys(parts: list[Schema]) -> Iterator[tuple[str, Schema]]:
    """Each key that may be written, with its schema."""
    for part in parts:
        yield from part.get("properties", {}).items()
