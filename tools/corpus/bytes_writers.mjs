// CSV files of the corpus as the writers of Node.js make them: npm install csv-stringify papaparse xlsx; node bytes_writers.mjs FOLDER
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "csv-stringify/sync";
import Papa from "papaparse";
import * as XLSX from "xlsx";

const folder = process.argv[2];
const header = ["las_key", "achternaam", "roepnaam", "groep"];
const pupils = [
  ["k1", "Müller", "Zoë", 'Groep "8"; blauw'],
  ["k2", "Şahin", "Yıldız", "8B, rood"],
];
const put = (name, text, mark = false) => writeFileSync(join(folder, name), (mark ? "\ufeff" : "") + text);

put("csv-stringify.csv", stringify([header, ...pupils]));
put("csv-stringify-bom-quoted.csv", stringify([header, ...pupils], { bom: true, delimiter: ";", quoted: true, record_delimiter: "windows" }));
put("csv-stringify-escape.csv", stringify([header, ...pupils], { escape: "\\", delimiter: ";" }));
put("csv-stringify-single-quotes.csv", stringify([header, ...pupils], { quote: "'", delimiter: ";", quoted: true }));
put("papaparse.csv", Papa.unparse({ fields: header, data: pupils }));
put("papaparse-tab-bom.csv", Papa.unparse({ fields: header, data: pupils }, { delimiter: "\t", quotes: true }), true);
put("papaparse-pipe.csv", Papa.unparse({ fields: header, data: pupils }, { delimiter: "|" }));
const sheet = XLSX.utils.aoa_to_sheet([header, ...pupils, [null, null, null, null], []]);
put("sheetjs.csv", XLSX.utils.sheet_to_csv(sheet, { FS: ";", RS: "\r\n" }));
sheet["!ref"] = "A1:H6";
put("sheetjs-wide-range.csv", XLSX.utils.sheet_to_csv(sheet, { FS: ";" }));
const titled = XLSX.utils.aoa_to_sheet([["Leerlingenlijst groep 8"], [], header, ...pupils]);
put("sheetjs-title.csv", XLSX.utils.sheet_to_csv(titled, { FS: "," }));
put("sheetjs.slk.csv", XLSX.write({ SheetNames: ["Blad1"], Sheets: { Blad1: sheet } }, { type: "string", bookType: "sylk" }));
put("sheetjs.html.csv", XLSX.write({ SheetNames: ["Blad1"], Sheets: { Blad1: sheet } }, { type: "string", bookType: "html" }));
put("sheetjs.rtf.csv", XLSX.write({ SheetNames: ["Blad1"], Sheets: { Blad1: sheet } }, { type: "string", bookType: "rtf" }));
writeFileSync(join(folder, "sheetjs-utf16.txt.csv"), XLSX.write({ SheetNames: ["Blad1"], Sheets: { Blad1: sheet } }, { type: "buffer", bookType: "txt" }));
