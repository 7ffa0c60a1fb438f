// Echo on Node's net module. A data handler costs less than pipe(); reading stops while a peer's
// output is over the high-water mark, as pipe() would do.
import net from 'node:net';

const server = net.createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
  socket.on('data', (bytes) => {
    if (!socket.write(bytes)) {
      socket.pause();
    }
  });
  socket.on('drain', () => socket.resume());
  socket.on('end', () => socket.end());
  socket.on('error', () => socket.destroy());
});

server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  console.log(`Listening on port ${server.address().port}`);
});
