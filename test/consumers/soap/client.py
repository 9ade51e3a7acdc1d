# zeep: a client made of the shop's WSDL alone. Run by test/consumers/soap.ts, which gives it the address and tokens.
import os
import uuid
from datetime import datetime, timezone
from decimal import Decimal

import requests
import zeep
from zeep.transports import Transport
from zeep.wsse.username import UsernameToken

url, token, staff = (os.environ[name] for name in ("CONSUMER_URL", "CONSUMER_TOKEN", "CONSUMER_STAFF"))


def equal(found, must, what):
    if found != must:
        raise AssertionError(f"{what} is {found!r}, not {must!r}")


def client(of):
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {of}"
    return zeep.Client(f"{url}/soap?wsdl", transport=Transport(session=session))


def failure(call):
    """The typed detail of the fault that a call ends in."""
    try:
        call()
    except zeep.exceptions.Fault as fault:
        [element] = fault.detail
        return shop.wsdl.types.get_element(element.tag).parse(element, shop.wsdl.types)
    raise AssertionError("there is no fault")


shop = zeep.Client(f"{url}/soap?wsdl")
for port in ("ShopPort", "ShopPort12"):
    visitor = shop.bind("Shop", port)
    page = visitor.FindProducts(filter={"unit": {"contains": "g"}, "price": {"gte": Decimal("10.5")}}, sort=["-price", "name"], fields=["id", "name", "price"], page={"size": 3}, count="exact")
    equal(len(page.data), 3, "a page")
    equal(type(page.data[0].price), Decimal, "a price")
    equal([p.price for p in page.data], sorted((p.price for p in page.data), reverse=True), "the order")
    equal(page.data[0].unit, None, "what was not asked for")
    after = visitor.FindProducts(filter={"unit": {"contains": "g"}, "price": {"gte": Decimal("10.5")}}, sort=["-price", "name"], fields=["id", "name"], page={"size": 3, "after": page.page.next})
    equal(set(p.id for p in after.data) & set(p.id for p in page.data), set(), "rows of both pages")
    equal(visitor.FindProducts(filter={"or": {"filter": []}}).data, [], "one of no conditions")
    equal(visitor.FindProducts(filter={"id": {"in": {"value": []}}}).data, [], "one of no values")

    anna = client(token).bind("Shop", port)
    product = page.data[0]
    made = anna.CreateOrder(data={"note": "zeep & <ü>", "items": {"create": [{"productId": product.id, "quantity": 2}]}}, include={"items": {"include": {"product": {"fields": ["name"]}}}, "customer": {}})
    order = made.data
    equal([order.note, order.status, made.version, made.created], ["zeep & <ü>", "open", "1", True], "the order")
    equal([(i.quantity, i.price, i.product.name) for i in order["items"].item], [(2, product.price, product.name)], "its lines")
    equal(order.placedAt.astimezone(timezone.utc).date(), datetime.now(timezone.utc).date(), "its day")

    changed = anna.UpdateOrder(id=order.id, version=made.version, data={"note": zeep.xsd.Nil})
    equal([changed.data.note, changed.version], [None, "2"], "the note")
    stale = failure(lambda: anna.UpdateOrder(id=order.id, version=made.version, data={"note": "again"}))
    equal([stale.code, stale.status, stale.retry], ["row.stale", 412, "never"], "a stale write")
    wrong = failure(lambda: anna.CreateOrder(data={"items": {"create": [{"productId": product.id, "quantity": 0}]}}))
    equal([wrong.code, wrong.mistake[0].pointer], ["resolve.value", "/data/items/create/0/quantity"], "a mistake")
    equal(failure(lambda: visitor.CreateOrder(data={})).code, "caller.unknown", "nobody")

    short = failure(lambda: anna.Checkout(items={"item": [{"productId": product.id, "quantity": 1000}]}))
    equal([short.code, short.status, short.facts.product, short.facts.left < 1000], ["shop.outOfStock", 409, product.name, True], "a declared failure")
    bought = anna.Checkout(items={"item": [{"productId": product.id, "quantity": 1}]}, note="zeep")
    equal(bought.total, product.price, "what was bought")
    equal(client(staff).bind("Shop", port).DeleteOrders(filter={"id": {"eq": bought.orderId}}, expect=1), 1, "how many were deleted")

    lines = anna.FindItemsOfOrder(id=order.id)
    equal([line.quantity for line in lines.data], [2], "lines")
    counted = client(staff).bind("Shop", port).AggregateOrderItems(filter={"orderId": {"eq": order.id}}, group=["productId"], measure=["count", "sum(quantity)", "max(price)"])
    equal([(int(g.count), g.sum.quantity, g.max.price) for g in counted], [(1, Decimal(2), product.price)], "a group")
    client(staff).bind("Shop", port).DeleteOrder(id=order.id)
    equal(failure(lambda: anna.GetOrder(id=order.id)).code, "row.missing", "what was deleted")

secured = zeep.Client(f"{url}/soap?wsdl", wsse=UsernameToken("anna", token))
equal(secured.service.FindCustomers(fields=["email"]).data[0].email, "annette.roulet@la-maison-d-asie.example", "oneself")
key = str(uuid.uuid4())
twice = [client(token).service.CreateOrder(data={"note": "once"}, _soapheaders={"key": key}) for _ in range(2)]
equal(twice[0].data.id, twice[1].data.id, "the order that is made once")

print("zeep talks to the server")
