// A LAS in Node.js without any package, for the files that `doorstroom simulator --dir DIR` writes:
//
//     node las.mjs DIR [HOST [PORT]]
//
// It registers its own address in the OSR, sends a class and its advice, takes in the results that the supplier brings to
// HOST (the name that stands in its certificate: `doorstroom simulator --host ... --host HOST`), and fetches each report.
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import tls from 'node:tls';

const [dir, host = 'localhost', port = '0'] = process.argv.slice(2);
const settings = JSON.parse(fs.readFileSync(path.join(dir, 'doorstroom.json'), 'utf8'));
const read = (name) => fs.readFileSync(path.join(dir, name));
const { certificate, osr, serve } = settings;
const school = settings.scholen[0];
const schoolOin = `${school.routeringskenmerk.slice(0, 15)}00000`;

// --- calling: our certificate, no roots but those of the simulator, and the OIN that the other side must have

const sure = { ca: read(certificate.trust), minVersion: 'TLSv1.2' };

function agentFor(oin) {
  const checkServerIdentity = (name, cert) =>
    tls.checkServerIdentity(name, cert) ?? (cert.subject.serialNumber === oin ? undefined : new Error('another OIN'));
  return new https.Agent({ ...sure, cert: read(certificate.cert), key: read(certificate.key), keepAlive: true, checkServerIdentity });
}

const agents = new Map([osr, ...settings.leveranciers].map((party) => [party.oin, agentFor(party.oin)]));

async function call(party, method, url, { query = {}, body, headers = {} } = {}) {
  const target = new URL(url);
  target.search = new URLSearchParams(query);
  const content = body && JSON.stringify(body);
  const type = content ? { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(content) } : {};
  const request = https.request(target, { method, agent: agents.get(party.oin), headers: { ...type, ...headers }, timeout: 30_000 });
  request.on('timeout', () => request.destroy(new Error('no answer in time')));
  request.end(content);
  const [response] = await once(request, 'response');
  const answer = Buffer.concat(await response.toArray());
  return { status: response.statusCode, body: answer, json: () => JSON.parse(answer) };
}

function expect(answer, ...statuses) {
  if (!statuses.includes(answer.status)) throw new Error(`answered ${answer.status}: ${answer.body}`);
  return answer;
}

// --- the OSR: which supplier the school has mandated, and where we receive

const askOsr = (method, place, options = {}) =>
  call(osr, method, new URL(place, `${osr.base_url}/`), { ...options, headers: { [osr.api_key_header]: osr.api_key } });
const version = { service_version_namespace: osr.namespace };
const mandate = (oin) => askOsr('GET', 'mandates', { query: { ...version, school_oin: schoolOin, supplier_oin: oin } });

async function mandated() {
  for (const supplier of settings.leveranciers) {
    if (expect(await mandate(supplier.oin), 200, 404).status === 200) return supplier;
  }
  throw new Error(`${school.naam} has mandated no supplier`);
}

async function register(url) {
  const routing = { routing_id: school.routeringskenmerk };
  const found = expect(await askOsr('GET', 'endpoints', { query: { ...version, ...routing } }), 200).json();
  const own = found.find((endpoint) => endpoint.user_is_owner);
  const body = { ...version, ...routing, url, attributes: 'LAS' };
  if (own) return expect(await askOsr('PUT', own._links.self.href, { body }), 201);
  const ourOin = new X509Certificate(read(certificate.cert)).subject.match(/serialNumber=(\w+)/)[1];
  const { token } = expect(await mandate(ourOin), 200).json();
  return expect(await askOsr('POST', 'endpoints', { body: { ...body, mandate_token: token } }), 201);
}

// --- receiving: only from the supplier that was mandated, and for this administration

const reports = new Set(); // of the results that came in
const waitingFor = new Set(); // LAS-keys of pupils without a result

function receive(supplier) {
  const answer = (response, status, melding) =>
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify({ melding }));
  const options = { ...sure, cert: read(serve.certificate), key: read(serve.key), requestCert: true, rejectUnauthorized: true };
  return https.createServer(options, async (request, response) => {
    const url = new URL(request.url, `https://${host}`);
    const content = Buffer.concat(await request.toArray());
    if (request.method !== 'POST' || url.pathname !== '/leerlingresultaat') return answer(response, 404, 'Onbekend adres.');
    if (request.socket.getPeerCertificate().subject.serialNumber !== supplier.oin) return answer(response, 401, 'Geen mandaat.');
    if (url.searchParams.get('edu-to') !== school.routeringskenmerk) return answer(response, 405, 'Onbekende school.');
    try {
      const { deelnemerref, resultaten } = JSON.parse(content).resultatenscores;
      reports.add(resultaten.aanvullendeinfo.split('/').at(-1)); // a real LAS has it all on disk before it says 202
      for (const { onderwijsdeelnemerID } of deelnemerref) waitingFor.delete(onderwijsdeelnemerID);
    } catch {
      return answer(response, 422, 'Dit is geen leerlingresultaat.');
    }
    return answer(response, 202, 'Ontvangen.');
  });
}

// --- sending: what stands in the files with invented pupils

function lines(name) {
  const [header, ...rows] = read(name).toString().replace('\uFEFF', '').trim().split(/\r?\n/).map((line) => line.split(';'));
  return rows.map((row) => Object.fromEntries(header.map((column, at) => [column, row[at]])));
}

const refs = (pupil) => [
  ...(pupil.eck_id ? [{ label: 'ECK-iD', onderwijsdeelnemerID: pupil.eck_id }] : []),
  { label: 'LAS-key', onderwijsdeelnemerID: pupil.las_key },
];
const niveau = { label: 'Jaargroep', niveau: '8' };
const { naam, routeringskenmerk, ...deelnemersgroep } = school;
const head = (profiel) => ({
  datumtijd: new Date().toISOString(),
  auteur: 'las.mjs',
  versie: 'Doorstroomtoetsketen_v1.1',
  profiel,
  schooljaar: settings.schooljaar,
  deelnemersgroep,
});

const deelnemers = (pupils) => ({
  ...head('Toetsdeelnemers'),
  groepen: [...new Set(pupils.map((pupil) => pupil.groep))].map((id) => ({ label: 'Stamgroep', id, omschrijving: id, niveau })),
  deelnemers: pupils.map((pupil) => ({
    label: 'Leerling',
    deelnemerref: refs(pupil),
    achternaam: pupil.achternaam,
    ...(pupil.voorvoegsel && { voorvoegsel: pupil.voorvoegsel }),
    roepnaam: pupil.roepnaam,
    groep: pupil.groep,
    niveau,
    extensie: {
      label: 'Demografisch',
      voorletters: pupil.voorletters,
      geboortedatum: pupil.geboortedatum,
      geslacht: Number(pupil.geslacht || 9),
    },
  })),
});

const adviezen = (pupils) => ({
  ...head('Schooladviezen'),
  voorlopigSchooladviezen: pupils.map((pupil) => ({ deelnemerref: refs(pupil), advies: pupil.advies })),
});

// --- the year

const namens = { 'edu-to': schoolOin, 'edu-from': school.routeringskenmerk };
const supplier = await mandated();
console.log(`mandated: ${supplier.toetssoort} (${supplier.naam})`);
const server = receive(supplier).listen(Number(port));
await once(server, 'listening');
const ownUrl = `https://${host.includes(':') ? `[${host}]` : host}:${server.address().port}`;
await register(ownUrl);
console.log(`registered: ${ownUrl}`);

const pupils = lines('deelnemers.csv');
for (const { las_key } of pupils) waitingFor.add(las_key);
for (const [operation, body] of [
  ['registreren', deelnemers(pupils)],
  ['registreren-schooladviezen', adviezen(lines('adviezen.csv'))],
]) {
  const { status } = expect(await call(supplier, 'POST', `${supplier.base_url}/${operation}`, { query: namens, body }), 202);
  console.log(`${operation}: ${status}`);
}

for (let tenths = 0; waitingFor.size && tenths < 600; tenths += 1) await new Promise((done) => setTimeout(done, 100));
console.log(`results: of ${pupils.length - waitingFor.size} of ${pupils.length} pupils`);
fs.mkdirSync('rapporten', { recursive: true });
for (const rapport of reports) {
  const url = `${supplier.base_url}/leerlingrapport/${encodeURIComponent(rapport)}`; // never the address in the message
  const { body } = expect(await call(supplier, 'GET', url, { query: namens }), 200);
  fs.writeFileSync(path.join('rapporten', `${encodeURIComponent(rapport)}.pdf`), body, { mode: 0o600 });
}
console.log(`reports: ${reports.size}, in rapporten/`);
for (const agent of agents.values()) agent.destroy();
server.closeAllConnections();
server.close();
process.exitCode = waitingFor.size ? 1 : 0;
