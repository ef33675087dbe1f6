// Drives okx-api (npm), unmodified, against the simulated venue: public channels, and a login of its own accord.
import { createRequire } from 'node:module';

const [websocket, , modules] = process.argv.slice(2);
const { WebsocketClient } = createRequire(`${modules}/`)('okx-api');
const seen = {};
const fail = (why) => {
    console.error(`okx-api: ${why}`);
    process.exit(1);
};
const quiet = { trace() {}, info() {}, error: (...what) => fail(JSON.stringify(what)) };

/** Opens one path, and takes what comes until enough of each has come. */
function path(name, keys, args, wanted) {
    return new Promise((resolve) => {
        const client = new WebsocketClient({ ...keys, wsUrl: `${websocket}/ws/v5/${name}` }, quiet);
        let last;
        const count = (what) => {
            seen[what] = (seen[what] ?? 0) + 1;
            if (Object.entries(wanted).every(([what, times]) => (seen[what] ?? 0) >= times)) {
                client.removeAllListeners();
                client.on('exception', () => {});
                client.closeAll(true);
                resolve();
            }
        };
        client.on('exception', (what) => fail(JSON.stringify(what)));
        client.on('response', (what) => count(`${name} ${what.event}`));
        client.on('update', (message) => {
            const { channel } = message.arg;
            if (channel === 'books') {
                const { prevSeqId, seqId } = message.data[0];
                if (prevSeqId !== (message.action === 'snapshot' ? -1 : last)) fail(`books: ${prevSeqId} follows ${last}`);
                last = seqId;
            }
            count(channel);
        });
        client.subscribe(args);
    });
}

setTimeout(() => fail('a message did not come in time'), 60_000).unref();
const symbol = { instId: 'BTC-USDT' };
await path('public', {}, ['trades', 'books', 'tickers'].map((channel) => ({ channel, ...symbol })), {
    'public subscribe': 3, trades: 10, books: 30, tickers: 10,
});
const accounts = [{ apiKey: 'sim-key', apiSecret: 'sim-secret', apiPass: 'sim-passphrase' }];
await path('private', { accounts }, [{ channel: 'account' }], { account: 1 });
console.log(`okx-api: ${Object.entries(seen).map(([what, times]) => `${times} ${what}`).join(', ')}`);
process.exit(0);
