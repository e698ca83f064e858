package io.valise.ipc.benchmarks.contender;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import java.io.IOException;
import java.util.Map;

/** Maps as CBOR by Jackson, with one reader and one writer made once, as its documentation advises. Thread-safe. */
public final class JacksonForm {
    private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

    private final ObjectWriter writer;
    private final ObjectReader reader;

    /** A form with Jackson's defaults. */
    public JacksonForm() {
        CBORMapper mapper = CBORMapper.builder().build();
        writer = mapper.writerFor(MAP);
        reader = mapper.readerFor(MAP);
    }

    /** The bytes of a map. */
    public byte[] encode(Map<String, Object> map) throws IOException {
        return writer.writeValueAsBytes(map);
    }

    /** The map of bytes. */
    public Map<String, Object> decode(byte[] bytes, int offset, int length) throws IOException {
        return reader.readValue(bytes, offset, length);
    }
}
