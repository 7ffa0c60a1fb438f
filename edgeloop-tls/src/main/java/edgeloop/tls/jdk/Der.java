package edgeloop.tls.jdk;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * As much of DER (X.690) as it takes to put a key of OpenSSL's traditional form into PKCS#8, which
 * is all that the JDK reads.
 */
final class Der {
    private static final int INTEGER = 0x02;
    private static final int OCTET_STRING = 0x04;
    private static final int SEQUENCE = 0x30;
    private static final int PARAMETERS = 0xA0; // of an ECPrivateKey, RFC 5915 section 3

    /** 1.2.840.113549.1.1.1, rsaEncryption, and its parameters, which are NULL. */
    private static final byte[] RSA = {
        0x06, 0x09, 0x2A, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xF7, 0x0D, 1, 1, 1, 0x05, 0
    };

    /** 1.2.840.10045.2.1, id-ecPublicKey. */
    private static final byte[] EC = {
        0x06, 0x07, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 0x02, 0x01
    };

    private static final byte[] ZERO = {0};
    private static final byte[] NOTHING = {};

    private Der() {}

    /** An RSAPrivateKey, RFC 8017 appendix A.1.2, as PKCS#8. */
    static byte[] pkcs8OfRsa(byte[] key) {
        return pkcs8(RSA, NOTHING, key);
    }

    /**
     * An ECPrivateKey as PKCS#8; null if it does not say of which curve it is.
     *
     * @param curve where that is said if not in the key: a block of EC PARAMETERS, or null
     */
    static byte @Nullable [] pkcs8OfEc(byte[] key, byte @Nullable [] curve) {
        byte[] own = parameters(key);
        byte[] parameters = own == null ? curve : own;
        return parameters == null ? null : pkcs8(EC, parameters, key);
    }

    private static byte[] pkcs8(byte[] algorithm, byte[] parameters, byte[] key) {
        return encode(
                SEQUENCE,
                encode(INTEGER, ZERO),
                encode(SEQUENCE, algorithm, parameters),
                encode(OCTET_STRING, key));
    }

    static byte[] encode(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        int length = content.size();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(tag);
        if (length < 0x80) {
            all.write(length);
        } else if (length < 0x100) {
            all.write(0x81);
            all.write(length);
        } else {
            all.write(0x82);
            all.write(length >> 8);
            all.write(length);
        }
        all.writeBytes(content.toByteArray());
        return all.toByteArray();
    }

    /** What is in the element of a sequence that says the curve; null if that is not there. */
    private static byte @Nullable [] parameters(byte[] sequence) {
        int[] at = {0};
        if (sequence.length < 2 || Byte.toUnsignedInt(sequence[at[0]++]) != SEQUENCE) {
            return null;
        }
        int _ = length(sequence, at);
        while (at[0] < sequence.length - 1) {
            int tag = Byte.toUnsignedInt(sequence[at[0]++]);
            int length = length(sequence, at);
            if (length < 0 || length > sequence.length - at[0]) {
                return null;
            }
            if (tag == PARAMETERS) {
                return Arrays.copyOfRange(sequence, at[0], at[0] + length);
            }
            at[0] += length;
        }
        return null;
    }

    /** Reads a length at {@code at}, and moves that behind it; -1 if there is none. */
    private static int length(byte[] bytes, int[] at) {
        int first = Byte.toUnsignedInt(bytes[at[0]++]);
        if (first < 0x80) {
            return first;
        }
        int count = first & 0x7F;
        if (count > 2 || count > bytes.length - at[0]) {
            return -1;
        }
        int length = 0;
        for (int i = 0; i < count; i++) {
            length = length << 8 | Byte.toUnsignedInt(bytes[at[0]++]);
        }
        return length;
    }
}
