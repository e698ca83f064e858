package io.valise.ipc.spring.shop;

public record Quote(String symbol, double bid) {}
