(** 3.4 in algebra, over any ordered field: the Gauss-Newton term with one loss
    Hessian, and the effective Hessian from the 2-jets of loss and heads. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From Geometry Require Import forms semidefinite norms.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Perturbation.

Variable F : realFieldType.

(** |u| <= R for a vector u. *)
Definition length_le n (u : 'rV[F]_n) (R : F) : Prop := 0 <= R /\ sqn u <= R ^+ 2.

(** B[v, v] for a symmetric bilinear map B with values in R^k: the vector of the v^T B_a v. *)
Definition bilinear k d (B : 'I_k -> 'M[F]_d) (v : 'rV[F]_d) : 'rV[F]_k := \row_a quad (B a) v.

(** |B| <= K, where |B| = sup |B[v, v]| over the unit vectors v. *)
Definition bilinear_le k d (B : 'I_k -> 'M[F]_d) (K : F) : Prop :=
  0 <= K /\ forall v, sqn (bilinear B v) <= (K * sqn v) ^+ 2.

(** The effective Hessian J^T H J + sum_a rho_a B_a of a loss with gradient rho and
    Hessian H, and of a head with Jacobian J and second derivative B. *)
Definition effective_jet k d (rho : 'rV[F]_k) (H : 'M[F]_k) (J : 'M[F]_(k, d))
    (B : 'I_k -> 'M[F]_d) : 'M[F]_d :=
  J^T *m H *m J + \sum_a rho 0 a *: B a.

(** Part [pullback]. If |J_phi - J| <= eps, |J| <= L and |H| <= M then
    |J_phi^T H J_phi - J^T H J| <= 2 L M eps + M eps^2. *)
Theorem part_pullback k d (J Jphi : 'M[F]_(k, d)) (H : 'M[F]_k) (L M eps : F) :
  norm_le (Jphi - J) eps -> norm_le J L -> norm_le H M ->
  norm_le (Jphi^T *m H *m Jphi - J^T *m H *m J) (2%:R * L * M * eps + M * eps ^+ 2).
Proof.
set E := Jphi - J => hE hJ hH.
have -> : Jphi^T *m H *m Jphi - J^T *m H *m J = J^T *m H *m E + E^T *m H *m J + E^T *m H *m E.
  have -> : Jphi = J + E by rewrite addrC subrK.
  have -> : (J + E)^T = J^T + E^T by rewrite linearD.
  by rewrite !mulmxDl !mulmxDr addrC !addrA addNr add0r [X in X + _]addrC.
have -> : 2%:R * L * M * eps + M * eps ^+ 2 = L * M * eps + eps * M * L + eps * M * eps.
  by ring.
have hJT := norm_le_tr hJ; have hET := norm_le_tr hE.
by do 2 (apply: norm_leD; last by do 2 (apply: norm_leM => //)); do 2 apply: norm_leM => //.
Qed.

Lemma length_leW n (u : 'rV[F]_n) R R' : R <= R' -> length_le u R -> length_le u R'.
Proof.
move=> RR [R0 uR]; split; first exact: le_trans RR.
by apply: le_trans uR _; rewrite ler_pexpn2r ?nnegrE // (le_trans R0).
Qed.

Lemma dot_length n (u v : 'rV[F]_n) a b : length_le u a -> 0 <= b -> sqn v <= b ^+ 2 ->
  `|dot u v| <= a * b.
Proof. by move=> [a0 ua] b0 vb; apply: dot_le. Qed.

Lemma bilinearB k d (B B' : 'I_k -> 'M[F]_d) v :
  bilinear (fun a => B a - B' a) v = bilinear B v - bilinear B' v.
Proof. by apply/rowP => a; rewrite !mxE quad_mxB. Qed.

Lemma quad_interaction k d (rho : 'rV[F]_k) (B : 'I_k -> 'M[F]_d) v :
  quad (\sum_a rho 0 a *: B a) v = dot rho (bilinear B v).
Proof.
by rewrite /quad form_sum dotE; apply: eq_bigr => a _; rewrite form_mxZ mxE.
Qed.

Lemma sym_effective_jet k d (rho : 'rV[F]_k) H (J : 'M[F]_(k, d)) B :
  sym H -> (forall a, sym (B a)) -> sym (effective_jet rho H J B).
Proof. by move=> sH sB; apply: symD; [apply: sym_pull | apply: sym_sum => a; apply: symZ]. Qed.

(** The bound of part [star] for 2-jets. *)
Theorem effective_bound k d (rho rhophi : 'rV[F]_k) (H Hphi : 'M[F]_k)
    (J Jphi : 'M[F]_(k, d)) (B Bphi : 'I_k -> 'M[F]_d) (eps eps2 L K2 R M dH drho : F) :
  sym H -> sym Hphi -> (forall a, sym (B a)) -> (forall a, sym (Bphi a)) ->
  norm_le (Jphi - J) eps -> bilinear_le (fun a => Bphi a - B a) eps2 ->
  norm_le J L -> bilinear_le B K2 -> length_le rho R -> norm_le H M ->
  norm_le (Hphi - H) dH -> length_le (rhophi - rho) drho ->
  norm_le (effective_jet rhophi Hphi Jphi Bphi - effective_jet rho H J B)
    (2%:R * L * M * eps + M * eps ^+ 2 + dH * (L + eps) ^+ 2 + R * eps2 + drho * (K2 + eps2)).
Proof.
move=> sH sHp sB sBp hE [e20 hB2] hJ [K0 hB] hrho hH hdH hdr.
have JE : norm_le Jphi (L + eps).
  by have := norm_leD hJ hE; rewrite addrC subrK.
have G := part_pullback hE hJ hH.
have D : norm_le (Jphi^T *m (Hphi - H) *m Jphi) ((L + eps) * dH * (L + eps)).
  by do 2 (apply: norm_leM => //); apply: norm_le_tr.
have [L0 eps0 R0] : [/\ 0 <= L, 0 <= eps & 0 <= R].
  by split; [apply: norm_le0 hJ | apply: norm_le0 hE | case: hrho].
have [M0 dH0 dr0] : [/\ 0 <= M, 0 <= dH & 0 <= drho].
  by split; [apply: norm_le0 hH | apply: norm_le0 hdH | case: hdr].
apply: norm_le_sym; first by apply: symB; apply: sym_effective_jet.
  by rewrite !addr_ge0 // ?mulr_ge0 ?exprn_ge0 ?ler0n ?addr_ge0.
move=> v; rewrite quad_mxB !quad_mxD !quad_interaction.
have Bp : bilinear Bphi v = bilinear B v + bilinear (fun a => Bphi a - B a) v.
  by rewrite bilinearB addrC subrK.
set b := bilinear B v in Bp *; set c := bilinear (fun a => Bphi a - B a) v in Bp *.
have -> : quad (Jphi^T *m Hphi *m Jphi) v + dot rhophi (bilinear Bphi v) -
    (quad (J^T *m H *m J) v + dot rho b) =
    quad (Jphi^T *m H *m Jphi - J^T *m H *m J) v + quad (Jphi^T *m (Hphi - H) *m Jphi) v +
    dot rho c + dot (rhophi - rho) (bilinear Bphi v).
  rewrite Bp dotBl !dotDr mulmxBr mulmxBl !quad_mxB; ring.
have s0 := sqn_ge0 v.
have -> : (2%:R * L * M * eps + M * eps ^+ 2 + dH * (L + eps) ^+ 2 + R * eps2 +
    drho * (K2 + eps2)) * sqn v =
    (2%:R * L * M * eps + M * eps ^+ 2) * sqn v + (L + eps) * dH * (L + eps) * sqn v +
    R * (eps2 * sqn v) + drho * ((K2 + eps2) * sqn v) by ring.
have nc : sqn c <= (eps2 * sqn v) ^+ 2 by apply: hB2.
have nb : sqn b <= (K2 * sqn v) ^+ 2 by apply: hB.
have nB : sqn (bilinear Bphi v) <= ((K2 + eps2) * sqn v) ^+ 2.
  rewrite Bp sqnD.
  have h : `|dot b c| <= K2 * sqn v * (eps2 * sqn v) by apply: dot_le; rewrite ?mulr_ge0.
  have -> : ((K2 + eps2) * sqn v) ^+ 2 =
    (K2 * sqn v) ^+ 2 + 2%:R * (K2 * sqn v * (eps2 * sqn v)) + (eps2 * sqn v) ^+ 2 by ring.
  apply: ler_add => //; apply: ler_add => //; rewrite ler_pmul2l ?ltr0Sn //.
  exact: le_trans (ler_norm _) h.
apply: le_trans (ler_norm_add _ _) _; apply: ler_add; last first.
  by apply: dot_length => //; rewrite mulr_ge0 ?addr_ge0.
apply: le_trans (ler_norm_add _ _) _; apply: ler_add; last first.
  by apply: dot_length => //; rewrite mulr_ge0.
by apply: le_trans (ler_norm_add _ _) _; apply: ler_add; apply: norm_le_quad.
Qed.

End Perturbation.
