(** Squared norms and semidefinite forms: Cauchy-Schwarz, kernels, sums. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From Geometry Require Import forms.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Norms.

Variable F : realFieldType.

Lemma sqnE n (x : 'rV[F]_n) : sqn x = \sum_i x 0 i ^+ 2.
Proof. by rewrite /sqn dotE; apply: eq_bigr => i _; rewrite expr2. Qed.

Lemma sqn_ge0 n (x : 'rV[F]_n) : 0 <= sqn x.
Proof. by rewrite sqnE; apply: sumr_ge0 => i _; apply: sqr_ge0. Qed.

Lemma sqn_eq0 n (x : 'rV[F]_n) : (sqn x == 0) = (x == 0).
Proof.
apply/idP/eqP => [|->]; last by rewrite /sqn /dot mul0mx mxE.
rewrite sqnE psumr_eq0 => [/allP h|i _]; last exact: sqr_ge0.
apply/rowP => i; rewrite mxE; apply/eqP.
by rewrite -(sqrf_eq0 (x 0 i)); apply: h; rewrite mem_index_enum.
Qed.

Lemma sqn_gt0 n (x : 'rV[F]_n) : (0 < sqn x) = (x != 0).
Proof. by rewrite lt_neqAle sqn_ge0 andbT eq_sym sqn_eq0. Qed.

Lemma sqn0 n : sqn (0 : 'rV[F]_n) = 0.
Proof. by apply/eqP; rewrite sqn_eq0. Qed.

Lemma sqnZ n a (x : 'rV[F]_n) : sqn (a *: x) = a ^+ 2 * sqn x.
Proof. by rewrite -!quad1 quadZ. Qed.

Lemma sqnN n (x : 'rV[F]_n) : sqn (- x) = sqn x.
Proof. by rewrite -!quad1 quadN. Qed.

Lemma sqnD n (x y : 'rV[F]_n) : sqn (x + y) = sqn x + 2%:R * dot x y + sqn y.
Proof. by rewrite -!quad1 quadD_sym ?form1 //; apply: sym1. Qed.

Lemma dotDl n (x y z : 'rV[F]_n) : dot (x + y) z = dot x z + dot y z.
Proof. by rewrite -!form1 formDl. Qed.

Lemma dotDr n (x y z : 'rV[F]_n) : dot x (y + z) = dot x y + dot x z.
Proof. by rewrite -!form1 formDr. Qed.

Lemma dotZl n a (x y : 'rV[F]_n) : dot (a *: x) y = a * dot x y.
Proof. by rewrite -!form1 formZl. Qed.

Lemma dotZr n a (x y : 'rV[F]_n) : dot x (a *: y) = a * dot x y.
Proof. by rewrite -!form1 formZr. Qed.

Lemma dotNl n (x y : 'rV[F]_n) : dot (- x) y = - dot x y.
Proof. by rewrite -!form1 formNl. Qed.

Lemma dotNr n (x y : 'rV[F]_n) : dot x (- y) = - dot x y.
Proof. by rewrite -!form1 formNr. Qed.

Lemma dotBl n (x y z : 'rV[F]_n) : dot (x - y) z = dot x z - dot y z.
Proof. by rewrite dotDl dotNl. Qed.

Lemma dotBr n (x y z : 'rV[F]_n) : dot x (y - z) = dot x y - dot x z.
Proof. by rewrite dotDr dotNr. Qed.

Lemma dot0l n (x : 'rV[F]_n) : dot 0 x = 0.
Proof. by rewrite -form1 form0l. Qed.

Lemma dot0r n (x : 'rV[F]_n) : dot x 0 = 0.
Proof. by rewrite -form1 form0r. Qed.

Lemma dot_mulr m n (B : 'M[F]_(m, n)) x y : dot (x *m B) y = dot x (y *m B^T).
Proof. by rewrite /dot trmx_mul trmxK mulmxA. Qed.

Lemma sqn_delta n (i : 'I_n) : sqn (delta_mx 0 i : 'rV[F]_n) = 1.
Proof.
rewrite sqnE (bigD1 i) //= mxE !eqxx expr1n big1 ?addr0 // => j ji.
by rewrite mxE (negPf ji) andbF expr0n.
Qed.

Lemma sqn_mul m n (B : 'M[F]_(m, n)) x : sqn (x *m B) = quad (B *m B^T) x.
Proof. by rewrite -quad1 -quad_congr mulmx1. Qed.

(** A vector that is orthogonal to all vectors is zero. *)
Lemma dot_eq0 n (x : 'rV[F]_n) : (forall y, dot x y = 0) -> x = 0.
Proof. by move=> h; apply/eqP; rewrite -sqn_eq0 /sqn h. Qed.

End Norms.

Section Semidefinite.

Variable F : realFieldType.

(** A discriminant: a t^2 + 2 b t + c >= 0 for all t forces b^2 <= a c. *)
Lemma discriminant (a b c : F) : 0 <= a ->
  (forall t, 0 <= a * t ^+ 2 + 2%:R * b * t + c) -> b ^+ 2 <= a * c.
Proof.
move=> a0 h.
have c0 : 0 <= c by have := h 0; rewrite expr0n !mulr0 !add0r.
have [a1|a1] := eqVneq a 0; last first.
  have ap : 0 < a by rewrite lt_neqAle eq_sym a1.
  have := h (- b / a); rewrite -(pmulr_rge0 _ ap).
  have -> : a * (a * (- b / a) ^+ 2 + 2%:R * b * (- b / a) + c) = a * c - b ^+ 2 by field.
  by rewrite subr_ge0.
have [->|b0] := eqVneq b 0; first by rewrite expr0n mulr_ge0.
have := h (- (c + 1) / (2%:R * b)); rewrite a1 mul0r add0r.
have -> : 2%:R * b * (- (c + 1) / (2%:R * b)) + c = - 1.
  by rewrite mulrC divfK ?mulf_neq0 ?pnatr_eq0 // opprD addrAC addNr add0r.
by rewrite oppr_ge0 ler10.
Qed.

Lemma psd_sym n (A : 'M[F]_n) : psd A -> sym A. Proof. by case. Qed.

Lemma pd_sym n (A : 'M[F]_n) : pd A -> sym A. Proof. by case. Qed.

Lemma pd_psd n (A : 'M[F]_n) : pd A -> psd A.
Proof.
case=> sA pA; split=> // x; have [->|x0] := eqVneq x 0; first by rewrite quad0.
exact/ltW/pA.
Qed.

(** Cauchy-Schwarz for a positive semidefinite form. *)
Lemma cauchy_schwarz_psd n (A : 'M[F]_n) x y : psd A ->
  form A x y ^+ 2 <= quad A x * quad A y.
Proof.
case=> sA pA; apply: discriminant => [|t]; [exact: pA|]; have := pA (t *: x + y).
by rewrite quadD_sym // quadZ formZl; congr (_ <= _); ring.
Qed.

(** A vector on which a positive semidefinite form vanishes is in its kernel. *)
Lemma psd_kernel n (A : 'M[F]_n) x : psd A -> quad A x = 0 -> x *m A = 0.
Proof.
move=> pA x0; apply: dot_eq0 => y; apply/eqP; rewrite -formE -sqrf_eq0 eq_le sqr_ge0.
by have := cauchy_schwarz_psd x y pA; rewrite x0 mul0r => ->.
Qed.

Lemma psd1 n : psd (1%:M : 'M[F]_n).
Proof. by split=> [|x]; [apply: sym1 | rewrite quad1 sqn_ge0]. Qed.

Lemma pd1 n : pd (1%:M : 'M[F]_n).
Proof. by split=> [|x]; [apply: sym1 | rewrite quad1 sqn_gt0]. Qed.

Lemma psd0 n : psd (0 : 'M[F]_n).
Proof. by split=> [|x]; [apply: sym0 | rewrite /quad form_mx0]. Qed.

Lemma psdD n (A B : 'M[F]_n) : psd A -> psd B -> psd (A + B).
Proof.
by move=> [sA pA] [sB pB]; split=> [|x]; [apply: symD | rewrite quad_mxD addr_ge0].
Qed.

Lemma psd_congr m n (B : 'M[F]_(m, n)) (A : 'M[F]_n) : psd A -> psd (B *m A *m B^T).
Proof. by case=> sA pA; split=> [|x]; [apply: sym_congr | rewrite quad_congr]. Qed.

Lemma psd_pull m n (J : 'M[F]_(m, n)) (H : 'M[F]_m) : psd H -> psd (J^T *m H *m J).
Proof. by case=> sA pA; split=> [|x]; [apply: sym_pull | rewrite quad_pull]. Qed.

Lemma psd_gram m n (B : 'M[F]_(m, n)) : psd (B *m B^T).
Proof. by rewrite -{1}[B]mulmx1; apply/psd_congr/psd1. Qed.

(** Cauchy-Schwarz. *)
Lemma cauchy_schwarz n (x y : 'rV[F]_n) : dot x y ^+ 2 <= sqn x * sqn y.
Proof. by rewrite -!quad1 -form1; apply/cauchy_schwarz_psd/psd1. Qed.

End Semidefinite.
