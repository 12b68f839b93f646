/** The bytes of operators. Source: WebAssembly Core Specification 3.0, section 5.4, and the threads proposal. */
import type { AtomicOperator, WasmOperator, VectorOperator } from './code.ts';

export const opcodes: Readonly<Record<Exclude<WasmOperator, VectorOperator>, number>> = {
  select: 0x1b,
  'i32.eqz': 0x45,
  'i32.eq': 0x46,
  'i32.ne': 0x47,
  'i32.lt_s': 0x48,
  'i32.lt_u': 0x49,
  'i32.gt_s': 0x4a,
  'i32.gt_u': 0x4b,
  'i32.le_s': 0x4c,
  'i32.le_u': 0x4d,
  'i32.ge_s': 0x4e,
  'i32.ge_u': 0x4f,
  'i64.eqz': 0x50,
  'i64.eq': 0x51,
  'i64.ne': 0x52,
  'i64.lt_u': 0x54,
  'i32.ctz': 0x68,
  'i32.add': 0x6a,
  'i32.sub': 0x6b,
  'i32.mul': 0x6c,
  'i32.div_u': 0x6e,
  'i32.and': 0x71,
  'i32.or': 0x72,
  'i32.xor': 0x73,
  'i32.shl': 0x74,
  'i32.shr_u': 0x76,
  'i64.add': 0x7c,
  'i64.sub': 0x7d,
  'i64.mul': 0x7e,
  'i64.and': 0x83,
  'i64.or': 0x84,
  'i64.xor': 0x85,
  'i64.shl': 0x86,
  'i64.shr_u': 0x88,
  'i32.wrap_i64': 0xa7,
  'i64.extend_i32_u': 0xad,
};

/** They follow the byte 0xfd, as unsigned LEB128. */
export const vectorOpcodes: Readonly<Record<VectorOperator, number>> = {
  'i32x4.splat': 0x11,
  'i32x4.eq': 0x37,
  'v128.andnot': 0x4f,
  'v128.or': 0x50,
  'v128.xor': 0x51,
  'v128.any_true': 0x53,
  'i8x16.bitmask': 0x64,
  'i8x16.narrow_i16x8_s': 0x65,
  'i16x8.narrow_i32x4_s': 0x85,
};

/** They follow the byte 0xfe. */
export const atomicOpcodes: Readonly<Record<AtomicOperator, number>> = {
  load: 0x10,
  'rmw.add': 0x1e,
  'rmw.cmpxchg': 0x48,
};
