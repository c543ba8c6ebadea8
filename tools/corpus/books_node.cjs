// Workbooks of the corpus that ExcelJS and SheetJS write: node tools/corpus/books_node.cjs FOLDER. Needs exceljs and xlsx of npm.
"use strict";
process.env.TZ = process.env.TZ || "Europe/Amsterdam";
const path = require("path");
const ExcelJS = require("exceljs");
const XLSX = require("xlsx");

const folder = process.argv[2] || "tests/corpus/books";
const HEADER = ["las_key", "achternaam", "voorvoegsel", "roepnaam", "voorletters", "geboortedatum", "groep"];
const rows = (day) => [HEADER, ["k1", "Berg", "van den", "Jan", "J", day, "8A"], ["k2", "Dijk", null, "Els", "E", day, "8A"]];
const ADVICE = [["las_key", "advies"], ["k1", "HAVO"], ["k2", "VWO"]];

async function exceljs(name, cells, change) {
  const book = new ExcelJS.Workbook();
  const sheet = book.addWorksheet("Leerlingen");
  sheet.addRows(cells);
  if (change) change(sheet, book);
  await book.xlsx.writeFile(path.join(folder, `exceljs-${name}.xlsx`));
}

function sheetjs(name, suffix, cells, change, options) {
  const book = XLSX.utils.book_new();
  const sheet = XLSX.utils.aoa_to_sheet(cells, { cellDates: false });
  if (change) change(sheet, book);
  XLSX.utils.book_append_sheet(book, sheet, "Leerlingen");
  XLSX.writeFile(book, path.join(folder, `sheetjs-${name}.${suffix}`), { compression: true, ...options });
}

(async () => {
  await exceljs("pupils", rows(new Date(Date.UTC(2014, 4, 1))));
  await exceljs("day-here", rows(new Date(2014, 4, 1)));  // midnight in Amsterdam is the evening before in UTC
  await exceljs("formula", ADVICE, (sheet) => { sheet.getCell("B2").value = { formula: 'UPPER("havo")' }; });
  await exceljs("formula-result", ADVICE, (sheet) => { sheet.getCell("B2").value = { formula: 'UPPER("havo")', result: "HAVO" }; });
  await exceljs("error", ADVICE, (sheet) => { sheet.getCell("A2").value = { error: "#REF!" }; });
  await exceljs("hidden", ADVICE, (sheet) => { sheet.getRow(2).hidden = true; sheet.getColumn(2).hidden = true; });
  await exceljs("merged", [["las_key", "advies"], ["k1", "HAVO"], ["k2", null]], (sheet) => sheet.mergeCells("B2:B3"));
  await exceljs("rich", ADVICE, (sheet) => { sheet.getCell("A2").value = { richText: [{ text: "k" }, { font: { bold: true }, text: "1" }] }; });
  await exceljs("link", ADVICE, (sheet) => { sheet.getCell("A2").value = { text: "k1", hyperlink: "https://example.nl" }; });

  for (const suffix of ["xlsx", "xlsb", "xls", "ods"]) {
    sheetjs("pupils", suffix, rows(new Date(2014, 4, 1)));
    sheetjs("numbers", suffix, [["las_key", "advies"], [12, "HAVO"], [12.5, "VWO"], [123456789012345, "HAVO"], [-3, "VWO"], [0.1 + 0.2, "HAVO"]]);
    sheetjs("digits", suffix, [["las_key", "advies"], [1234567890123456, "HAVO"]]);
    if (suffix !== "ods") sheetjs("padded", suffix, [["las_key", "advies"], [42, "HAVO"]], (sheet) => { sheet.A2.z = "000000"; });
    if (suffix !== "ods") sheetjs("dashed", suffix, [["las_key", "advies"], [12345, "HAVO"]], (sheet) => { sheet.A2.z = "00-000"; });
    if (suffix !== "ods") sheetjs("error", suffix, ADVICE, (sheet) => { sheet.A2 = { t: "e", v: 0x2a }; });
    sheetjs("truth", suffix, [["las_key", "advies"], [true, "HAVO"]]);
    sheetjs("formula", suffix, ADVICE, (sheet) => { sheet.B2 = { t: "s", f: 'UPPER("havo")', v: "HAVO" }; });
    sheetjs("merged", suffix, [["las_key", "advies"], ["k1", "HAVO"], ["k2", null]], (sheet) => { sheet["!merges"] = [XLSX.utils.decode_range("B2:B3")]; });
    if (suffix.startsWith("xls") && suffix !== "xls") sheetjs("hidden", suffix, ADVICE, (sheet) => { sheet["!rows"] = [{}, { hidden: true }]; sheet["!cols"] = [{ hidden: true }, {}]; });
    if (["xlsx", "xls"].includes(suffix)) {
      const days = (sheet, book) => { sheet.F2 = { t: "n", v: 40298, z: "dd-mm-yyyy" }; sheet.F3 = sheet.F2; book.Workbook = { WBProps: { date1904: true } }; };
      sheetjs("1904", suffix, rows(0), days);
    }
  }
  sheetjs("code", "xlsx", [["las_key", "advies"], ["k_x0031_", "HAVO"]]);
  // Old kinds that carry the names of new ones.
  sheetjs("html", "xls", ADVICE, null, { bookType: "html" });
  sheetjs("xml-2003", "xls", ADVICE, null, { bookType: "xlml" });
  sheetjs("tabs", "xls", ADVICE, null, { bookType: "txt" });
  sheetjs("flat", "ods", ADVICE, null, { bookType: "fods" });
  sheetjs("biff5", "xls", ADVICE, null, { bookType: "biff5" });
  sheetjs("biff2", "xls", ADVICE, null, { bookType: "biff2" });
})();
