package edgeloop.sys;

/**
 * Numbers and layouts of io_uring from Linux's UAPI header linux/io_uring.h, the same on x86-64 and
 * aarch64. A test compares each with what the C compiler says.
 */
public final class RingConstants {
    // What a submission asks for.
    public static final int IORING_OP_NOP = 0;
    public static final int IORING_OP_POLL_ADD = 6;
    public static final int IORING_OP_ASYNC_CANCEL = 14;
    public static final int IORING_OP_SEND = 26;
    public static final int IORING_OP_RECV = 27;

    // struct io_uring_sqe.
    public static final int SQE_BYTES = 64;
    public static final int SQE_OPCODE = 0;
    public static final int SQE_FLAGS = 1;
    public static final int SQE_IOPRIO = 2;
    public static final int SQE_FD = 4;
    public static final int SQE_ADDR = 16;
    public static final int SQE_LEN = 24;

    /** {@code msg_flags}, {@code poll32_events} or {@code cancel_flags}. */
    public static final int SQE_OP_FLAGS = 28;

    public static final int SQE_USER_DATA = 32;
    public static final int SQE_BUF_GROUP = 40;

    public static final int IOSQE_BUFFER_SELECT = 1 << 5;
    public static final int IOSQE_CQE_SKIP_SUCCESS = 1 << 6;

    /** In {@code ioprio} of a recv: it goes on until it fails. */
    public static final int IORING_RECV_MULTISHOT = 1 << 1;

    /** In {@code len} of a poll: likewise. */
    public static final int IORING_POLL_ADD_MULTI = 1;

    // struct io_uring_cqe.
    public static final int CQE_BYTES = 16;
    public static final int CQE_USER_DATA = 0;
    public static final int CQE_RES = 8;
    public static final int CQE_FLAGS = 12;

    /** The upper half of the flags is the number of a buffer. */
    public static final int IORING_CQE_F_BUFFER = 1;

    /** The submission has more to tell. */
    public static final int IORING_CQE_F_MORE = 1 << 1;

    /** A recv has left something in the socket. */
    public static final int IORING_CQE_F_SOCK_NONEMPTY = 1 << 2;

    public static final int IORING_CQE_BUFFER_SHIFT = 16;

    // struct io_uring_params, with the offsets of what lies in the two rings behind it.
    public static final int PARAMS_BYTES = 120;
    public static final int PARAMS_SQ_ENTRIES = 0;
    public static final int PARAMS_CQ_ENTRIES = 4;
    public static final int PARAMS_FLAGS = 8;
    public static final int PARAMS_SQ_OFF = 40;
    public static final int PARAMS_CQ_OFF = 80;
    public static final int SQ_OFF_TAIL = 4;
    public static final int SQ_OFF_ARRAY = 24;
    public static final int CQ_OFF_HEAD = 0;
    public static final int CQ_OFF_TAIL = 4;
    public static final int CQ_OFF_CQES = 20;

    public static final int IORING_SETUP_CQSIZE = 1 << 3;
    public static final int IORING_SETUP_CLAMP = 1 << 4;
    public static final int IORING_SETUP_R_DISABLED = 1 << 6;
    public static final int IORING_SETUP_SUBMIT_ALL = 1 << 7;
    public static final int IORING_SETUP_SINGLE_ISSUER = 1 << 12;
    public static final int IORING_SETUP_DEFER_TASKRUN = 1 << 13;

    public static final int IORING_ENTER_GETEVENTS = 1;
    public static final int IORING_ENTER_EXT_ARG = 1 << 3;

    public static final int IORING_REGISTER_ENABLE_RINGS = 12;
    public static final int IORING_REGISTER_PBUF_RING = 22;

    public static final long IORING_OFF_SQ_RING = 0;
    public static final long IORING_OFF_SQES = 0x10000000;

    // struct io_uring_buf_reg, and of the ring struct io_uring_buf, whose tail lies in the first.
    public static final int BUF_REG_BYTES = 40;
    public static final int BUF_REG_RING_ADDR = 0;
    public static final int BUF_REG_RING_ENTRIES = 8;
    public static final int BUF_REG_BGID = 12;
    public static final int BUF_BYTES = 16;
    public static final int BUF_ADDR = 0;
    public static final int BUF_LEN = 8;
    public static final int BUF_BID = 12;
    public static final int BUF_RING_TAIL = 14;

    private RingConstants() {}
}
