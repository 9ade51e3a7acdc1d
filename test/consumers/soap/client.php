<?php
// PHP's SoapClient: a client made of the shop's WSDL alone. Run by test/consumers/soap.ts, which gives it the address and tokens.
declare(strict_types=1);
[$url, $token, $staff] = array_map('getenv', ['CONSUMER_URL', 'CONSUMER_TOKEN', 'CONSUMER_STAFF']);

function equal(mixed $found, mixed $must, string $what): void
{
    if ($found !== $must) throw new Exception("$what is " . json_encode($found) . ', not ' . json_encode($must));
}
function client(?string $token, int $version): SoapClient
{
    global $url;
    $headers = $token === null ? [] : ['http' => ['header' => "Authorization: Bearer $token"]];
    return new SoapClient("$url/soap?wsdl", ['soap_version' => $version, 'cache_wsdl' => WSDL_CACHE_NONE, 'features' => SOAP_SINGLE_ELEMENT_ARRAYS, 'stream_context' => stream_context_create($headers)]);
}
/** The typed detail of the fault that a call ends in. */
function failure(callable $call): object
{
    try {
        $call();
    } catch (SoapFault $fault) {
        if (!isset($fault->detail)) throw $fault;
        return current(get_object_vars($fault->detail));
    }
    throw new Exception('there is no fault');
}

foreach ([SOAP_1_1, SOAP_1_2] as $version) {
    $visitor = client(null, $version);
    $anna = client($token, $version);
    $found = $visitor->FindProducts(['filter' => ['price' => ['gte' => '10.50']], 'sort' => ['-price', 'name'], 'fields' => ['id', 'name', 'price'], 'page' => ['size' => 2], 'count' => 'exact'])->result;
    equal(count($found->data), 2, 'a page');
    equal(isset($found->data[0]->unit), false, 'what was not asked for');
    equal($found->page->total > 2, true, 'that there are more');
    $product = $found->data[0];
    $made = $anna->CreateOrder(['data' => ['note' => 'PHP & <ü>', 'items' => ['create' => [['productId' => $product->id, 'quantity' => 2]]]], 'include' => ['items' => ['include' => ['product' => ['fields' => ['name']]]]]])->result;
    equal([$made->data->note, $made->data->status, $made->version, $made->created], ['PHP & <ü>', 'open', '1', true], 'the order');
    equal([$made->data->items->item[0]->quantity, $made->data->items->item[0]->product->name], [2, $product->name], 'its line');
    $changed = $anna->UpdateOrder(['id' => $made->data->id, 'version' => $made->version, 'data' => ['note' => null]])->result;
    equal([$changed->data->note, $changed->version], [null, '2'], 'the note');
    $stale = failure(fn () => $anna->UpdateOrder(['id' => $made->data->id, 'version' => '1', 'data' => ['note' => 'again']]));
    equal([$stale->code, (int) $stale->status], ['row.stale', 412], 'a stale write');
    $wrong = failure(fn () => $anna->CreateOrder(['data' => ['items' => ['create' => [['productId' => $product->id, 'quantity' => 0]]]]]));
    // What a fault carries PHP does not read by its type: one of a list is not in an array.
    equal([$wrong->code, $wrong->mistake->pointer], ['resolve.value', '/data/items/create/0/quantity'], 'a mistake');
    equal(failure(fn () => $visitor->CreateOrder(['data' => []]))->code, 'caller.unknown', 'nobody');
    $short = failure(fn () => $anna->Checkout(['items' => ['item' => [['productId' => $product->id, 'quantity' => 1000]]]]));
    equal([$short->code, $short->facts->product], ['shop.outOfStock', $product->name], 'a declared failure');
    $bought = $anna->Checkout(['items' => ['item' => [['productId' => $product->id, 'quantity' => 1]]]])->result;
    equal($bought->total, $product->price, 'what was bought');
    client($staff, $version)->DeleteOrder(['id' => $bought->orderId]);
    $groups = client($staff, $version)->AggregateOrderItems(['filter' => ['orderId' => ['eq' => $made->data->id]], 'measure' => ['count', 'sum(quantity)']])->result->data;
    equal([(int) $groups[0]->count, (string) $groups[0]->sum->quantity], [1, '2'], 'a group');
    client($staff, $version)->DeleteOrder(['id' => $made->data->id]);
    equal(failure(fn () => $anna->GetOrder(['id' => $made->data->id]))->code, 'row.missing', 'what was deleted');
}

$wsse = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
$secured = client(null, SOAP_1_1);
$secured->__setSoapHeaders(new SoapHeader($wsse, 'Security', new SoapVar("<w:Security xmlns:w=\"$wsse\"><w:UsernameToken><w:Username>anna</w:Username><w:Password>$token</w:Password></w:UsernameToken></w:Security>", XSD_ANYXML), true));
equal($secured->FindCustomers(['fields' => ['email']])->result->data[0]->email, 'annette.roulet@la-maison-d-asie.example', 'oneself');
echo "PHP talks to the server\n";
