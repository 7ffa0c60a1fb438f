// Parses requests with Node's llhttp, strictly. Reads one input a line, in base64, and answers a line
// for each, in base64 too: the requests that were complete, one a line.
'use strict';
const { HTTPParser, methods: METHODS } = require('_http_common');
const { createInterface } = require('readline');

const kOnMessageBegin = HTTPParser.kOnMessageBegin | 0;
const kOnHeaders = HTTPParser.kOnHeaders | 0;
const kOnHeadersComplete = HTTPParser.kOnHeadersComplete | 0;
const kOnBody = HTTPParser.kOnBody | 0;
const kOnMessageComplete = HTTPParser.kOnMessageComplete | 0;

function parse(input) {
  const requests = [];
  let current;
  let lines = [];
  let url = '';
  const parser = new HTTPParser();
  parser.initialize(HTTPParser.REQUEST, {}, 1 << 20, 0);
  parser[kOnMessageBegin] = () => {
    current = undefined;
    lines = [];
    url = '';
  };
  parser[kOnHeaders] = (headers, part) => {
    lines = lines.concat(headers);
    url += part;
  };
  parser[kOnHeadersComplete] =
    (major, minor, headers, method, wholeUrl, status, message, upgrade) => {
      current = {
        method: METHODS[method],
        target: wholeUrl === undefined ? url : wholeUrl,
        version: major + '.' + minor,
        headers: headers === undefined ? lines : headers,
        body: '',
      };
      lines = [];
      return upgrade ? 2 : 0;
    };
  parser[kOnBody] = (chunk) => {
    current.body += chunk.toString('latin1');
  };
  parser[kOnMessageComplete] = () => {
    requests.push(current);
  };
  parser.execute(input);
  return requests.map(format).join('\n');
}

function format(request) {
  const pairs = [];
  for (let i = 0; i < request.headers.length; i += 2) {
    pairs.push(escaped(request.headers[i]) + '=' + escaped(request.headers[i + 1]) + ';');
  }
  return [request.method, escaped(request.target), request.version, pairs.join(''),
    escaped(request.body)].join(' ');
}

function escaped(text) {
  return text.replace(/[^A-Za-z0-9]/g, (c) => '%' + c.charCodeAt(0).toString(16).padStart(2, '0'));
}

const out = [];
createInterface({ input: process.stdin })
  .on('line', (line) => {
    out.push(Buffer.from(parse(Buffer.from(line, 'base64'))).toString('base64'));
  })
  .on('close', () => process.stdout.write(out.join('\n') + '\n'));
