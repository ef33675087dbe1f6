// Drives okx-api (npm), unmodified, against the simulated venue: public channels, a login of its own accord, and orders.
import { createRequire } from 'node:module';

const [websocket, rest, modules] = process.argv.slice(2);
const { RestClient, WebsocketClient } = createRequire(`${modules}/`)('okx-api');
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

/** Places, amends and cancels an order over the socket, each with the answer that belongs to it, and waits for the pushes. */
async function orders() {
    const client = new WebsocketClient({ accounts, wsUrl: `${websocket}/ws/v5/private` }, quiet);
    const states = [];
    const told = new Promise((resolve) => {
        client.on('exception', (what) => fail(JSON.stringify(what)));
        client.on('update', (message) => {
            if (message.arg.channel !== 'orders') return;
            states.push(...message.data.map(({ state }) => state));
            if (states.at(-1) === 'canceled') resolve();
        });
        client.on('response', ({ event }) => event === 'subscribe' && trade());
    });
    const open = new RestClient({ baseUrl: rest, ...accounts[0] });
    const [{ instIdCode }] = await open.getInstruments({ instType: 'SPOT', instId: symbol.instId });
    const [{ bids }] = await open.getOrderBook({ ...symbol, sz: '1' });
    const px = String(Math.floor(Number(bids[0][0])) - 100);
    const which = { instIdCode, clOrdId: 'n1' };
    const ask = async (op, args) => {
        const { code, data } = await client.sendWSAPIRequest(client.getMarketWsKey('private'), op, args);
        if (code !== '0' || data[0].sCode !== '0') fail(`${op}: ${JSON.stringify(data)}`);
        seen[op] = 1;
    };
    const trade = async () => {
        await ask('order', { ...which, tdMode: 'cash', side: 'buy', ordType: 'limit', px, sz: '0.01' });
        await ask('amend-order', { ...which, newSz: '0.02' });
        await ask('cancel-order', which);
    };
    client.subscribe([{ channel: 'orders', instType: 'ANY' }]);
    await told;
    if (states.join() !== 'live,live,canceled') fail(`orders: ${states}`);
    const [balance] = await open.getBalance();
    if (!balance.details.length) fail('balance: nothing');
    Object.assign(seen, { orders: states.length, balance: 1 });
    client.removeAllListeners();
    client.on('exception', () => {});
    client.closeAll(true);
}
await orders();
console.log(`okx-api: ${Object.entries(seen).map(([what, times]) => `${times} ${what}`).join(', ')}`);
process.exit(0);
