// A client of what wsimport makes of the shop's WSDL. Run by test/consumers/soap.ts, which gives it the address and tokens.
import java.math.BigDecimal;
import java.net.URL;
import java.util.List;
import java.util.Map;
import javax.xml.bind.JAXBElement;
import javax.xml.namespace.QName;
import javax.xml.ws.BindingProvider;
import javax.xml.ws.handler.MessageContext;
import shop.client.*;

public class Client {
  static final String url = System.getenv("CONSUMER_URL"), token = System.getenv("CONSUMER_TOKEN"), staff = System.getenv("CONSUMER_STAFF");
  static final ObjectFactory make = new ObjectFactory();

  static void equal(Object found, Object must, String what) {
    if (!String.valueOf(found).equals(String.valueOf(must))) throw new AssertionError(what + " is " + found + ", not " + must);
  }

  static ShopPort as(String token, boolean soap12) throws Exception {
    Shop service = new Shop(new URL(url + "/soap?wsdl"), new QName("urn:backwright:shop", "Shop"));
    ShopPort port = soap12 ? service.getShopPort12() : service.getShopPort();
    if (token != null) ((BindingProvider) port).getRequestContext().put(MessageContext.HTTP_REQUEST_HEADERS, Map.of("Authorization", List.of("Bearer " + token)));
    return port;
  }

  interface Call { void run() throws Exception; }

  /** The typed detail of the fault that a call ends in. */
  static Failure failure(Call call) {
    try {
      call.run();
    } catch (Failed failed) {
      return failed.getFaultInfo();
    } catch (Exception other) {
      throw new AssertionError(other);
    }
    throw new AssertionError("there is no fault");
  }

  static OrderItemsCreate line(String product, int quantity) {
    OrderItemsCreate line = make.createOrderItemsCreate();
    line.setProductId(product);
    line.setQuantity(quantity);
    return line;
  }

  static OrderCreate order(String note, OrderItemsCreate line) {
    OrderItemsWrite items = make.createOrderItemsWrite();
    items.getCreate().add(line);
    OrderCreate data = make.createOrderCreate();
    data.setNote(make.createOrderCreateNote(note));
    data.setItems(items);
    return data;
  }

  static void talk(boolean soap12) throws Exception {
    ShopPort visitor = as(null, soap12), anna = as(token, soap12);
    DecimalMatch atLeast = make.createDecimalMatch();
    atLeast.setGte(new BigDecimal("10.50"));
    ProductFilter filter = make.createProductFilter();
    filter.setPrice(atLeast);
    PageRequest two = make.createPageRequest();
    two.setSize(2);
    ProductPage found = visitor.findProducts(filter, List.of("-price", "name"), List.of(ProductField.ID, ProductField.NAME, ProductField.PRICE), null, two, Count.EXACT);
    equal(found.getData().size(), 2, "a page");
    equal(found.getData().get(0).getUnit(), null, "what was not asked for");
    equal(found.getPage().getTotal() > 2, true, "that there are more");
    Product product = found.getData().get(0);

    OrderInclude include = make.createOrderInclude();
    include.setItems(make.createOrderItemListIncluded());
    OrderAnswer made = anna.createOrder(order("Java & <ü>", line(product.getId(), 2)), null, include);
    equal(List.of(made.getData().getNote().getValue(), made.getData().getStatus(), made.getVersion(), made.isCreated()), List.of("Java & <ü>", OrderStatus.OPEN, "1", true), "the order");
    OrderItem item = made.getData().getItems().getItem().get(0);
    equal(List.of(item.getQuantity(), item.getPrice()), List.of(2, product.getPrice()), "its line");
    equal(made.getData().getPlacedAt().toGregorianCalendar().getTimeInMillis() > 1_700_000_000_000L, true, "its time");

    OrderUpdate empty = make.createOrderUpdate();
    JAXBElement<String> nil = make.createOrderUpdateNote(null);
    nil.setNil(true);
    empty.setNote(nil);
    OrderAnswer changed = anna.updateOrder(made.getData().getId(), made.getVersion(), null, empty, null, null);
    equal(List.of(changed.getData().getNote().isNil(), changed.getVersion()), List.of(true, "2"), "the note");

    Failure stale = failure(() -> anna.updateOrder(made.getData().getId(), "1", null, empty, null, null));
    equal(List.of(stale.getCode(), stale.getStatus()), List.of("row.stale", 412), "a stale write");
    Failure wrong = failure(() -> anna.createOrder(order("x", line(product.getId(), 0)), null, null));
    equal(List.of(wrong.getCode(), wrong.getMistake().get(0).getPointer()), List.of("resolve.value", "/data/items/create/0/quantity"), "a mistake");
    equal(failure(() -> visitor.createOrder(make.createOrderCreate(), null, null)).getCode(), "caller.unknown", "nobody");

    CheckoutItemsItem wanted = make.createCheckoutItemsItem();
    wanted.setProductId(product.getId());
    wanted.setQuantity(1000);
    CheckoutItemsList basket = make.createCheckoutItemsList();
    basket.getItem().add(wanted);
    try {
      anna.checkout(basket, null);
      throw new AssertionError("there is no failure");
    } catch (OutOfStockFailed failed) {
      OutOfStock short1 = failed.getFaultInfo();
      equal(List.of(short1.getCode(), short1.getFacts().getProduct(), short1.getFacts().getLeft() < 1000), List.of("shop.outOfStock", product.getName(), true), "a declared failure");
    }
    wanted.setQuantity(1);
    CheckoutOutput bought = anna.checkout(basket, "Java");
    equal(bought.getTotal(), product.getPrice(), "what was bought");
    as(staff, soap12).deleteOrder(bought.getOrderId(), null, null);

    as(staff, soap12).deleteOrder(made.getData().getId(), null, null);
    equal(failure(() -> anna.getOrder(made.getData().getId(), null, null)).getCode(), "row.missing", "what was deleted");
  }

  public static void main(String[] arguments) throws Exception {
    talk(false);
    talk(true);
    System.out.println("Java talks to the server");
  }
}
