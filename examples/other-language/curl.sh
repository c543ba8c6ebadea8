#!/usr/bin/env bash
# The calls of a LAS with curl, for the files that `doorstroom simulator --dir DIR` writes:
#
#     bash curl.sh DIR              ask for the mandate, send two pupils and their advice
#     bash curl.sh DIR RAPPORTID    fetch the report that a result names, as rapport.pdf
set -euo pipefail
settings=$1/doorstroom.toml

# A key in the first section of a name, of a file with one setting per line.
setting() {
  awk -F' = ' -v head="$1" -v key="$2" '
    /^\[/ { here = ($0 == head && !seen); seen = seen || here }
    here && $1 == key { gsub(/"/, "", $2); print $2 }' "$settings"
}

osr=$(setting '[osr]' base_url)
namespace=$(setting '[osr]' namespace)
supplier=$(setting '[[leveranciers]]' base_url)
supplier_oin=$(setting '[[leveranciers]]' oin)
administration=$(setting '[[scholen]]' routeringskenmerk)
school_oin=${administration:0:15}00000

# Only the simulator's own roots count, and we show who we are. curl does not look at the OIN of the other side; a LAS has to.
call() {
  curl --silent --show-error --fail-with-body --tlsv1.2 --max-time 60 \
    --cacert "$1/$(setting '[certificate]' trust)" \
    --cert "$1/$(setting '[certificate]' cert)" --key "$1/$(setting '[certificate]' key)" "${@:2}"
}

if [ $# -gt 1 ]; then
  call "$1" --output rapport.pdf "$supplier/leerlingrapport/$2?edu-to=$school_oin&edu-from=$administration"
  echo "rapport.pdf: $(wc -c <rapport.pdf) bytes"
  exit
fi

echo "mandate: $(call "$1" --get "$osr/mandates" --data-urlencode "school_oin=$school_oin" \
  --data-urlencode "supplier_oin=$supplier_oin" --data-urlencode "service_version_namespace=$namespace")"

# What the head of each list has.
head=$(cat <<JSON
  "datumtijd": "$(date -u +%Y-%m-%dT%H:%M:%SZ)", "auteur": "curl",
  "versie": "Doorstroomtoetsketen_v1.1", "schooljaar": "$(sed -n 's/^schooljaar = "\(.*\)"$/\1/p' "$settings")",
  "deelnemersgroep": {
    "instellingscode": "$(setting '[[scholen]]' instellingscode)", "vestigingscode": "$(setting '[[scholen]]' vestigingscode)",
    "onderwijsaanbiedercode": "$(setting '[[scholen]]' onderwijsaanbiedercode)",
    "onderwijslocatiecode": "$(setting '[[scholen]]' onderwijslocatiecode)",
    "administratienr": "$(setting '[[scholen]]' administratienr)"
  }
JSON
)

# Number, family name, first name and initials of an invented pupil.
pupil() {
  cat <<JSON
  { "label": "Leerling", "deelnemerref": [{ "label": "LAS-key", "onderwijsdeelnemerID": "curl-$1" }],
    "achternaam": "$2", "roepnaam": "$3", "groep": "curl-8a", "niveau": { "label": "Jaargroep", "niveau": "8" },
    "extensie": { "label": "Demografisch", "voorletters": "$4", "geboortedatum": "2014-01-0$1", "geslacht": 9 } }
JSON
}

advice() {
  echo "{ \"deelnemerref\": [{ \"label\": \"LAS-key\", \"onderwijsdeelnemerID\": \"curl-$1\" }], \"advies\": \"$2\" }"
}

post() {
  call "$1" --json @- "$supplier/$2?edu-to=$school_oin&edu-from=$administration"
}

echo "pupils: $(post "$1" registreren <<JSON
{ $head, "profiel": "Toetsdeelnemers",
  "groepen": [{ "label": "Stamgroep", "id": "curl-8a", "omschrijving": "8a", "niveau": { "label": "Jaargroep", "niveau": "8" } }],
  "deelnemers": [$(pupil 1 Bedacht Eén E), $(pupil 2 Verzonnen Twee T)] }
JSON
)"

echo "advice: $(post "$1" registreren-schooladviezen <<JSON
{ $head, "profiel": "Schooladviezen", "voorlopigSchooladviezen": [$(advice 1 HAVO), $(advice 2 VWO)] }
JSON
)"
