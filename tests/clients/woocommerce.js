// Works through a shop with WooCommerce's own JavaScript client and says what it saw, as one line of JSON.
// The shop's address and key come as JSON on the command line.
const WooCommerceRestApi = require("@woocommerce/woocommerce-rest-api").default;

const given = JSON.parse(process.argv[2]);
const api = new WooCommerceRestApi({
  url: given.url,
  consumerKey: given.key,
  consumerSecret: given.secret,
  version: "wc/v3",
});

async function status(call) {
  try {
    return (await call).status;
  } catch (error) {
    return error.response ? error.response.status : String(error);
  }
}

async function work() {
  const made = await api.post("orders", given.order);
  const id = made.data.id;
  const listed = await api.get("orders", { per_page: 2, status: "processing", _fields: "id,total" });
  const changed = await api.put(`orders/${id}`, { status: "completed" });
  const refund = await api.post(`orders/${id}/refunds`, { amount: "10", api_refund: false });
  const batch = await api.post("orders/batch", { update: [{ id, customer_note: "Tack" }] });
  const pages = [];
  for (let page = 1; page <= 2; page++) {
    const answer = await api.get("products", { per_page: 3, page, orderby: "id", order: "asc" });
    pages.push(answer.data.map((each) => each.id));
  }
  const first = await api.get("products", { per_page: 3 });
  return {
    made: [made.status, made.data.total],
    listed: listed.data,
    changed: changed.data.status,
    refund: [refund.status, refund.data.amount],
    batch: batch.data.update[0].customer_note,
    pages,
    totals: [first.headers["x-wp-total"], first.headers["x-wp-totalpages"]],
    trashed: await status(api.delete(`orders/${id}`, { force: true })),
    gone: await status(api.get(`orders/${id}`)),
    wrong: await status(
      new WooCommerceRestApi({ url: given.url, consumerKey: given.key, consumerSecret: "cs_no", version: "wc/v3" }).get(
        "orders",
      ),
    ),
  };
}

work().then(
  (seen) => console.log(JSON.stringify(seen)),
  (error) => {
    console.error(error.response ? JSON.stringify(error.response.data) : error);
    process.exit(1);
  },
);
