"""Ends TLS in front of a plain server on loopback, and passes every byte on as it is.

    tls_front.py CERTIFICATE KEY PORT

Prints the readiness line of skerry's own listeners.
"""
import asyncio
import json
import ssl
import sys


async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except (ConnectionError, ssl.SSLError):
        pass
    finally:
        writer.close()


async def main():
    certificate, key, port = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    async def serve(reader, writer):
        try:
            back_reader, back_writer = await asyncio.open_connection("127.0.0.1", int(port))
        except ConnectionError:
            writer.close()
            return
        await asyncio.gather(pump(reader, back_writer), pump(back_reader, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    host, actual = server.sockets[0].getsockname()
    print(json.dumps({"listening": "https", "address": f"{host}:{actual}"}), flush=True)
    await server.serve_forever()


asyncio.run(main())
