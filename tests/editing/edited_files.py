"""The files that the editing commands are tried on."""

SHOP, STOCK, MODELS = "contracts/shop.yaml", "contracts/stock.yaml", "contracts/models.yml"
SHOP_TEXT = """\
kind: DataContract
apiVersion: v3.1.0
id: shop
version: 1.0.0   # of all objects
status: active
team: {name: shop}
schema:
  - name: orders
    properties:
      - {name: id, logicalType: string, required: true}
      - {name: note, logicalType: string}
  - name: lines
    properties:
      - {name: id, logicalType: string, required: true}
"""
STOCK_TEXT = """\
dataContractSpecification: 1.1.0
id: stock
info: {title: Stock, version: 1.0.0, owner: stock}
models:
  levels:
    fields:
      id: {type: string}
      amount: {type: integer}
"""
MODELS_TEXT = """\
models:
  - name: customers
    config: {contract: {enforced: true}, meta: {owner: crm}}
    columns:
      - {name: id, data_type: text}
      - {name: mail, data_type: text}
"""
